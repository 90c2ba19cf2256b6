package archivetest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// LFSServer answers for the files of git LFS that lie in dir under their
// SHA-256, whatever the repository; other requests go to next. Who asks for a
// file has to bring the header that the batch gave along.
func LFSServer(dir string, next http.Handler) http.Handler {
	const along = "RemoteAuth once"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		oid, file := strings.CutPrefix(r.URL.Path, "/lfs/")
		switch {
		case file && r.Header.Get("Authorization") != along:
			http.Error(w, "no", http.StatusForbidden)
		case file:
			http.ServeFile(w, r, filepath.Join(dir, filepath.Base(oid)))
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/info/lfs/objects/batch"):
			var q struct{ Objects []map[string]any }
			if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
				http.Error(w, err.Error(), http.StatusUnprocessableEntity)
				return
			}
			for _, o := range q.Objects {
				name, _ := o["oid"].(string)
				if _, err := os.Stat(filepath.Join(dir, filepath.Base(name))); err != nil {
					o["error"] = map[string]any{"code": 404, "message": "it is not here"}
					continue
				}
				o["actions"] = map[string]any{"download": map[string]any{"href": "http://" + r.Host + "/lfs/" + name, "header": map[string]string{"Authorization": along}}}
			}
			w.Header().Set("Content-Type", "application/vnd.git-lfs+json")
			_ = json.NewEncoder(w).Encode(map[string]any{"transfer": "basic", "objects": q.Objects})
		default:
			next.ServeHTTP(w, r)
		}
	})
}
