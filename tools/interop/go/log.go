package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	records    = 500
)

// folderTiles reads tiles of an exported log. It implements tlog.TileReader.
type folderTiles struct{ folder string }

func (folderTiles) Height() int                     { return tileHeight }
func (folderTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folderTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		// The Go path names the height too, which tlog-tiles fixes to 8.
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(f.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// trust is what a verifier holds of its own: the log's key and the cosigners'.
type trust struct {
	log       note.Verifier
	cosigners []note.Verifier
}

func readTrust(folder string) (trust, error) {
	vkey, err := os.ReadFile(filepath.Join(folder, "log.vkey"))
	if err != nil {
		return trust{}, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return trust{}, err
	}
	found := trust{log: verifier}
	lines, err := os.ReadFile(filepath.Join(folder, "cosigners.vkeys"))
	if os.IsNotExist(err) {
		return found, nil
	}
	for _, line := range strings.Fields(string(lines)) {
		cosigner, err := fnote.NewVerifier(line)
		if err != nil {
			return trust{}, err
		}
		found.cosigners = append(found.cosigners, cosigner)
	}
	return found, err
}

// open verifies a checkpoint: the log's signature and every cosigner's.
func (t trust) open(text []byte) (tlog.Tree, error) {
	n, err := note.Open(text, note.VerifierList(append([]note.Verifier{t.log}, t.cosigners...)...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(n.Sigs) != 1+len(t.cosigners) {
		return tlog.Tree{}, fmt.Errorf("expected %d signatures, got %d", 1+len(t.cosigners), len(n.Sigs))
	}
	for _, s := range n.Sigs {
		if s.Hash == t.log.KeyHash() {
			continue
		}
		if _, err := fnote.CoSigV1Timestamp(s); err != nil {
			return tlog.Tree{}, err
		}
	}
	var c flog.Checkpoint
	rest, err := c.Unmarshal([]byte(n.Text))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(rest) != 0 || c.Origin != t.log.Name() || len(c.Hash) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", t.log.Name())
	}
	return tlog.Tree{N: int64(c.Size), Hash: tlog.Hash(c.Hash)}, nil
}

func checkLog(folder string) error {
	keys, err := readTrust(folder)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := keys.open(text)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	fmt.Printf("checkpoint of size %d opened, %d cosignatures\n", tree.N, len(keys.cosigners))
	reader := tlog.TileHashReader(tree, folderTiles{folder})
	hash, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if hash != tree.Hash {
		return fmt.Errorf("tree hash %v, checkpoint says %v", hash, tree.Hash)
	}
	fmt.Println("tree hash from the tiles is the checkpoint's")
	if err := checkEntries(folder, tree, reader); err != nil {
		return err
	}
	if err := checkRecords(folder, tree, reader); err != nil {
		return err
	}
	if err := checkHeads(folder, keys, tree, reader); err != nil {
		return err
	}
	return checkProofs(folder, keys)
}

func checkRecords(folder string, tree tlog.Tree, reader tlog.HashReader) error {
	random := rand.New(rand.NewSource(1))
	for range records {
		n := random.Int63n(tree.N)
		entries, err := bundleOf(folder, tree.N, n)
		if err != nil {
			return err
		}
		p, err := tlog.ProveRecord(tree.N, n, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(p, tree.N, tree.Hash, n, tlog.RecordHash(entries[n%256])); err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
	}
	fmt.Printf("%d records proven\n", records)
	return nil
}

// bundleOf reads the bundle that holds an entry.
func bundleOf(folder string, size, n int64) ([][]byte, error) {
	bundle := n / 256
	width := min(size-bundle*256, 256)
	path := tlog.Tile{H: tileHeight, L: -1, N: bundle, W: int(width)}.Path()
	data, err := os.ReadFile(filepath.Join(folder, strings.Replace(path, "tile/8/data/", "tile/entries/", 1)))
	if err != nil {
		return nil, err
	}
	entries, err := splitBundle(data)
	if err == nil && int64(len(entries)) != width {
		err = fmt.Errorf("%s: expected %d entries, got %d", path, width, len(entries))
	}
	return entries, err
}

// splitBundle is written from the specification; golang.org/x/mod has no bundles.
func splitBundle(data []byte) ([][]byte, error) {
	entries := [][]byte{}
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("truncated bundle")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	return entries, nil
}

func checkEntries(folder string, tree tlog.Tree, reader tlog.HashReader) error {
	for start := int64(0); start < tree.N; start += 256 {
		entries, err := bundleOf(folder, tree.N, start)
		if err != nil {
			return err
		}
		var indexes []int64
		for i := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, start+int64(i)))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, data := range entries {
			if tlog.RecordHash(data) != hashes[i] {
				return fmt.Errorf("entry %d does not have its leaf hash", start+int64(i))
			}
		}
	}
	fmt.Printf("all %d entries have their leaf hashes\n", tree.N)
	return nil
}

func checkHeads(folder string, keys trust, tree tlog.Tree, reader tlog.HashReader) error {
	kept, err := filepath.Glob(filepath.Join(folder, "checkpoints", "*[0-9a-f]"))
	if err != nil {
		return err
	}
	for _, path := range kept {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		older, err := keys.open(text)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		p, err := tlog.ProveTree(tree.N, older.N, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(p, tree.N, tree.Hash, older.N, older.Hash); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Printf("%d kept checkpoints opened and consistent\n", len(kept))
	return nil
}

func checkProofs(folder string, keys trust) error {
	files, err := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	if err != nil {
		return err
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var p proof.TLogProof
		if err := p.Unmarshal(text); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		tree, err := keys.open(p.Checkpoint)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		entries, err := bundleOf(folder, tree.N, int64(p.Index))
		if err != nil {
			return err
		}
		if err := checkInclusion(p, tree, entries[p.Index%256]); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Printf("%d proof files verified\n", len(files))
	return nil
}

func checkInclusion(p proof.TLogProof, tree tlog.Tree, data []byte) error {
	var hashes tlog.RecordProof
	for _, h := range p.Hashes {
		hashes = append(hashes, tlog.Hash(h))
	}
	return tlog.CheckRecord(hashes, tree.N, tree.Hash, int64(p.Index), tlog.RecordHash(data))
}
