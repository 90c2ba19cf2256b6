package sandbox

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestDaemonSSH: a daemon on another machine is reached through ssh and the
// buildctl there, by the key that the machine knows and by no other.
func TestDaemonSSH(t *testing.T) {
	socket := strings.TrimPrefix(startDaemon(t, "--oci-worker-binary", linked(t)), "unix://")
	buildctl, err := buildOfBuildkit("buildctl")
	if err != nil {
		t.Fatalf("building buildctl: %v", err)
	}
	dir := t.TempDir()
	host, known, stranger := sshKey(t, dir, "host"), sshKey(t, dir, "known"), sshKey(t, dir, "stranger")
	address := serveSSH(t, host, known.PublicKey(), filepath.Dir(buildctl))
	_, port, _ := net.SplitHostPort(address)
	hosts := filepath.Join(dir, "known_hosts")
	line := "[127.0.0.1]:" + port + " " + string(ssh.MarshalAuthorizedKey(host.PublicKey()))
	if err := os.WriteFile(hosts, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	builder := "ssh://builder@" + address + socket
	sshAs(t, dir, hosts, "known")
	b := openBench(t, Options{Builder: builder})
	if _, err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := b.must(b.exec("write", "/out/f", "x")); r.files["f"] != "x" {
		t.Error(r.files)
	}

	sshAs(t, dir, hosts, "stranger")
	if _, _, err := connect(t.Context(), builder); err == nil || !strings.Contains(err.Error(), "connecting to builder ssh://") {
		t.Errorf("a stranger's key (%s): %v", ssh.FingerprintSHA256(stranger.PublicKey()), err)
	}
	if err := os.WriteFile(hosts, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sshAs(t, dir, hosts, "known")
	if _, _, err := connect(t.Context(), builder); err == nil || !strings.Contains(err.Error(), "connecting to builder ssh://") {
		t.Errorf("a machine that ssh does not know: %v", err)
	}
}

// sshKey makes a key and its file dir/name, as ssh reads it.
func sshKey(t *testing.T, dir, name string) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// sshAs lets ssh find the key dir/name and the known hosts. The user's own
// configuration would be read from the home directory that passwd names, so a
// script of the same name says where another one is.
func sshAs(t *testing.T, dir, hosts, name string) {
	t.Helper()
	real, err := exec.LookPath("ssh")
	if err != nil {
		t.Fatal("ssh is not there; on Debian: apt-get install openssh-client")
	}
	if strings.HasPrefix(real, dir) {
		real = strings.TrimSpace(readFile(t, filepath.Join(dir, "real")))
	}
	config := "IdentityFile " + filepath.Join(dir, name) + "\nIdentitiesOnly yes\nBatchMode yes\n" +
		"StrictHostKeyChecking yes\nUserKnownHostsFile " + hosts + "\nGlobalKnownHostsFile /dev/null\n"
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		"config":  config,
		"real":    real,
		"bin/ssh": "#!/bin/sh\nexec " + real + " -F " + filepath.Join(dir, "config") + " \"$@\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// serveSSH is a machine that runs the commands of whoever has the key, with
// path as PATH. It returns its address.
func serveSSH(t *testing.T, host ssh.Signer, allowed ssh.PublicKey, path string) string {
	t.Helper()
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if !bytes.Equal(key.Marshal(), allowed.Marshal()) {
			return nil, errors.New("unknown key")
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, channels, requests, err := ssh.NewServerConn(c, config)
				if err != nil {
					return
				}
				go ssh.DiscardRequests(requests)
				for ch := range channels {
					go runSSH(ch, path)
				}
			}()
		}
	}()
	return l.Addr().String()
}

// runSSH runs the command of one session.
func runSSH(ch ssh.NewChannel, path string) {
	channel, requests, err := ch.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	for r := range requests {
		if r.Type != "exec" {
			_ = r.Reply(r.Type == "env", nil)
			continue
		}
		var command struct{ Line string }
		_ = ssh.Unmarshal(r.Payload, &command)
		_ = r.Reply(true, nil)
		cmd := exec.Command("sh", "-c", command.Line)
		cmd.Env = []string{"PATH=" + path}
		cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
		in, err := cmd.StdinPipe()
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(in, channel)
			in.Close()
		}()
		_ = cmd.Run()
		_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(cmd.ProcessState.ExitCode())}))
		return
	}
}
