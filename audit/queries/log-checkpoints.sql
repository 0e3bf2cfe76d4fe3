-- Log checkpoints: how large was the log when, under which root, and how many others cosigned it?
SELECT size, root, time, first_index, leaf_count, cosigners, ARRAY_JOIN(cosigner_names, ' ') AS cosigner_names
FROM checkpoints
ORDER BY size
