package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	flog "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type vector struct {
	Name   string
	Input  json.RawMessage
	Expect struct {
		Accepted bool
		Found    json.RawMessage
	}
	Go *struct{ Accepted bool }
}

// kinds reads the inputs of a kind; what it returns is compared with what the vector says is found.
var kinds = map[string]func(json.RawMessage) (any, error){
	"vkey":         readKey,
	"note":         openNote,
	"checkpoint":   readCheckpoint,
	"cosignature":  openCosigned,
	"log-proof":    checkLogProof,
	"inclusion":    checkRecord,
	"consistency":  checkTree,
	"entry-bundle": readBundle,
}

func checkVectors(folder string) error {
	var wrong int
	for kind, read := range kinds {
		text, err := os.ReadFile(filepath.Join(folder, kind+".json"))
		if err != nil {
			return err
		}
		var file struct{ Vectors []vector }
		if err := json.Unmarshal(text, &file); err != nil {
			return err
		}
		var otherwise int
		for _, v := range file.Vectors {
			if v.Go != nil {
				otherwise++
			}
			if problem := v.check(read); problem != "" {
				wrong++
				fmt.Printf("%s: %s: %s\n", kind, v.Name, problem)
			}
		}
		fmt.Printf("%s: %d vectors, %d stated to differ\n", kind, len(file.Vectors), otherwise)
	}
	if wrong > 0 {
		return fmt.Errorf("%d vectors have another outcome than stated", wrong)
	}
	return nil
}

func (v vector) check(read func(json.RawMessage) (any, error)) string {
	found, err := read(v.Input)
	want := v.Expect.Accepted
	if v.Go != nil {
		want = v.Go.Accepted
	}
	if want != (err == nil) {
		return fmt.Sprintf("expected accepted %v, got %v", want, err)
	}
	if err != nil || v.Go != nil || v.Expect.Found == nil {
		return ""
	}
	got, _ := json.Marshal(found)
	var left, right any
	if json.Unmarshal(got, &left) != nil || json.Unmarshal(v.Expect.Found, &right) != nil || !reflect.DeepEqual(left, right) {
		return fmt.Sprintf("expected %s, got %s", v.Expect.Found, got)
	}
	return ""
}

func readKey(input json.RawMessage) (any, error) {
	var in struct{ Vkey string }
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	v, err := fnote.NewVerifier(in.Vkey)
	if err != nil {
		return nil, err
	}
	// The base64 of the key may hold a plus itself.
	key, err := base64.StdEncoding.DecodeString(strings.SplitN(in.Vkey, "+", 3)[2])
	if err != nil {
		return nil, err
	}
	return map[string]any{"name": v.Name(), "id": fmt.Sprintf("%08x", v.KeyHash()), "type": key[0], "publicKey": hex.EncodeToString(key[1:])}, nil
}

func verifiers(vkeys []string) ([]note.Verifier, error) {
	var all []note.Verifier
	for _, vkey := range vkeys {
		v, err := fnote.NewVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", vkey, err)
		}
		all = append(all, v)
	}
	return all, nil
}

type noteInput struct {
	Note  string
	Vkeys []string
}

func openWith(input json.RawMessage) (*note.Note, error) {
	var in noteInput
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	known, err := verifiers(in.Vkeys)
	if err != nil {
		return nil, err
	}
	return note.Open([]byte(in.Note), note.VerifierList(known...))
}

func openNote(input json.RawMessage) (any, error) {
	n, err := openWith(input)
	if err != nil {
		return nil, err
	}
	signers := []string{}
	for _, s := range n.Sigs {
		signers = append(signers, s.Name)
	}
	return map[string]any{"signers": signers, "ignored": len(n.UnverifiedSigs)}, nil
}

func openCosigned(input json.RawMessage) (any, error) {
	n, err := openWith(input)
	if err != nil {
		return nil, err
	}
	return map[string]any{"times": times(n)}, nil
}

func times(n *note.Note) []int64 {
	all := []int64{}
	for _, s := range n.Sigs {
		if t, err := fnote.CoSigV1Timestamp(s); err == nil {
			all = append(all, t.Unix())
		}
	}
	return all
}

func readCheckpoint(input json.RawMessage) (any, error) {
	var in struct{ Body string }
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	var c flog.Checkpoint
	rest, err := c.Unmarshal([]byte(in.Body))
	if err != nil {
		return nil, err
	}
	extensions := []string{}
	if len(rest) > 0 {
		extensions = strings.Split(strings.TrimSuffix(string(rest), "\n"), "\n")
	}
	return map[string]any{"origin": c.Origin, "size": c.Size, "root": hex.EncodeToString(c.Hash), "extensions": extensions}, nil
}

func checkLogProof(input json.RawMessage) (any, error) {
	var in struct {
		Proof, Entry, Origin    string
		LogVkeys, CosignerVkeys []string
	}
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(in.Entry)
	if err != nil {
		return nil, err
	}
	var p proof.TLogProof
	if err := p.Unmarshal([]byte(in.Proof)); err != nil {
		return nil, err
	}
	logs, err := verifiers(in.LogVkeys)
	if err != nil {
		return nil, err
	}
	cosigners, err := verifiers(in.CosignerVkeys)
	if err != nil {
		return nil, err
	}
	n, err := note.Open(p.Checkpoint, note.VerifierList(append(logs, cosigners...)...))
	if err != nil {
		return nil, err
	}
	signed := map[uint32]bool{}
	for _, s := range n.Sigs {
		signed[s.Hash] = true
	}
	for _, needed := range append(logs[:1:1], cosigners...) {
		if !signed[needed.KeyHash()] {
			return nil, fmt.Errorf("not signed by %s", needed.Name())
		}
	}
	var c flog.Checkpoint
	if _, err := c.Unmarshal([]byte(n.Text)); err != nil {
		return nil, err
	}
	if c.Origin != in.Origin || len(c.Hash) != tlog.HashSize {
		return nil, errors.New("not a checkpoint of the log")
	}
	if err := checkInclusion(p, tlog.Tree{N: int64(c.Size), Hash: tlog.Hash(c.Hash)}, data); err != nil {
		return nil, err
	}
	return map[string]any{"index": p.Index, "size": c.Size, "times": times(n)}, nil
}

func hashOf(text string) tlog.Hash {
	var h tlog.Hash
	if n, err := hex.Decode(h[:], []byte(text)); err != nil || n != tlog.HashSize {
		panic("vectors hold hashes of 32 bytes")
	}
	return h
}

func hashesOf(texts []string) []tlog.Hash {
	var all []tlog.Hash
	for _, text := range texts {
		all = append(all, hashOf(text))
	}
	return all
}

func checkRecord(input json.RawMessage) (any, error) {
	var in struct {
		Size, Index int64
		Leaf, Root  string
		Proof       []string
	}
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	return nil, tlog.CheckRecord(hashesOf(in.Proof), in.Size, hashOf(in.Root), in.Index, hashOf(in.Leaf))
}

func checkTree(input json.RawMessage) (any, error) {
	var in struct {
		FromSize, ToSize int64
		FromRoot, ToRoot string
		Proof            []string
	}
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	return nil, tlog.CheckTree(hashesOf(in.Proof), in.ToSize, hashOf(in.ToRoot), in.FromSize, hashOf(in.FromRoot))
}

func readBundle(input json.RawMessage) (any, error) {
	var in struct{ Bundle []byte }
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	entries, err := splitBundle(in.Bundle)
	if err != nil {
		return nil, err
	}
	hashes := []string{}
	for _, data := range entries {
		hash := sha256.Sum256(data)
		hashes = append(hashes, hex.EncodeToString(hash[:]))
	}
	return map[string]any{"hashes": hashes}, nil
}
