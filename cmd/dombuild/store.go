package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/store"
)

func (a *app) storeVerb() *cobra.Command {
	return group("store", "Look at the store, verify it, tidy it", a.storeLs(), a.storeDu(), a.storeVerify(), a.storeExport(), a.storeGC())
}

// storedBlob is a blob as store ls and store gc print it.
type storedBlob struct {
	Digest  digest.Digest `json:"digest"`
	Size    int64         `json:"size"`
	Changed time.Time     `json:"changed"`
}

func storedBlobs(infos []store.Info) []storedBlob {
	blobs := make([]storedBlob, len(infos))
	for i, x := range infos {
		blobs[i] = storedBlob{x.Digest, x.Size, x.Changed.UTC().Truncate(time.Second)}
	}
	return blobs
}

func (a *app) storeLs() *cobra.Command {
	return verb("ls", "List the blobs", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		st, err := a.openStore()
		if err != nil {
			return err
		}
		infos, err := st.List(ctx)
		if err != nil {
			return err
		}
		doc := struct {
			Schema string       `json:"schema"`
			Store  string       `json:"store"`
			Blobs  []storedBlob `json:"blobs"`
		}{"dombuild/store-ls/v1", st.Dir(), storedBlobs(infos)}
		return a.print(doc, func(w io.Writer) {
			for _, b := range doc.Blobs {
				fmt.Fprintf(w, "%s  %12d  %s\n", b.Digest, b.Size, b.Changed.Format("2006-01-02 15:04"))
			}
		})
	})
}

// usageDocument is what store du prints with --json; all but the first are bytes.
type usageDocument struct {
	Schema     string `json:"schema"`
	Store      string `json:"store"`
	Blobs      int    `json:"blobs"`
	BlobBytes  int64  `json:"blob_bytes"`
	Records    int64  `json:"record_bytes"`
	Partial    int64  `json:"partial_bytes"`
	Quarantine int64  `json:"quarantine_bytes"`
	Unfinished int64  `json:"unfinished_bytes"`
}

func (a *app) storeDu() *cobra.Command {
	return verb("du", "Show how much disk the store uses", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		st, err := a.openStore()
		if err != nil {
			return err
		}
		u, err := st.DiskUsage(ctx)
		if err != nil {
			return err
		}
		doc := usageDocument{"dombuild/store-du/v1", st.Dir(), u.Blobs, u.BlobBytes, u.Records, u.Partial, u.Quarantine, u.Unfinished}
		return a.print(doc, func(w io.Writer) {
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
			for _, x := range []struct {
				bytes int64
				what  string
			}{
				{u.BlobBytes, fmt.Sprintf("%d blobs", u.Blobs)}, {u.Records, "records"}, {u.Partial, "partial downloads"},
				{u.Quarantine, "quarantine"}, {u.Unfinished, "unfinished files"},
			} {
				fmt.Fprintf(t, "%d\t bytes  %s\n", x.bytes, x.what)
			}
			_ = t.Flush()
		})
	})
}

// verifyDocument is what store verify prints with --json.
type verifyDocument struct {
	Schema  string          `json:"schema"`
	Store   string          `json:"store"`
	Sound   bool            `json:"sound"`
	Blobs   int             `json:"blobs"` // that were hashed
	Bytes   int64           `json:"bytes"`
	Corrupt []corruptBlob   `json:"corrupt"`
	Damaged []damagedRecord `json:"damaged_records"`
	Foreign []string        `json:"foreign"`
	Index   string          `json:"index_error,omitempty"`
}

type corruptBlob struct {
	Digest digest.Digest `json:"digest"`
	Got    digest.Digest `json:"got,omitempty"`
	Path   string        `json:"path"`
	Action string        `json:"action"`
}

type damagedRecord struct {
	Path  string `json:"path"`
	Error string `json:"error"`
}

func describeVerify(dir string, r *store.VerifyReport) verifyDocument {
	doc := verifyDocument{
		Schema: "dombuild/store-verify/v1", Store: dir, Sound: r.Err() == nil, Blobs: r.Blobs, Bytes: r.Bytes,
		Corrupt: []corruptBlob{}, Damaged: []damagedRecord{}, Foreign: append([]string{}, r.Foreign...),
	}
	for _, e := range r.Corrupt {
		doc.Corrupt = append(doc.Corrupt, corruptBlob{e.Want, e.Got, e.From, e.Action})
	}
	for _, e := range r.Damaged {
		doc.Damaged = append(doc.Damaged, damagedRecord{e.Path, e.Err.Error()})
	}
	if r.IndexErr != nil {
		doc.Index = r.IndexErr.Error()
	}
	return doc
}

func (a *app) storeVerify() *cobra.Command {
	return verb("verify", "Hash every blob and move aside what is corrupt", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		st, err := a.openStore()
		if err != nil {
			return err
		}
		report, err := st.Verify(ctx, store.VerifyOptions{Heal: true, Progress: a.display})
		if err != nil {
			return err
		}
		doc := describeVerify(st.Dir(), report)
		err = a.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "hashed %d blobs, %d bytes: %d corrupt, %d damaged records, %d foreign files\n",
				doc.Blobs, doc.Bytes, len(doc.Corrupt), len(doc.Damaged), len(doc.Foreign))
		})
		return errors.Join(err, report.Err())
	})
}
