package signer

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
	"github.com/sigstore/sigstore/pkg/signature/kms/cliplugin/common"
)

// pluginPrefix begins the name of every plugin.
const pluginPrefix = "sigstore-kms-"

var pluginName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

const (
	maxAnswer     = 1 << 20         // bytes of what a plugin writes
	pluginTimeout = 5 * time.Minute // somebody may have to touch a token
)

// plugin is a key behind a program.
type plugin struct {
	ctx     context.Context
	program string
	ref     string
	public  crypto.PublicKey
}

// PluginError says what went wrong between us and a plugin.
type PluginError struct {
	Program string
	Err     error
}

func (e *PluginError) Error() string { return fmt.Sprintf("asking %s: %v", e.Program, e.Err) }

// Unwrap returns the reason.
func (e *PluginError) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *PluginError) Hint() string {
	if errors.Is(e.Err, exec.ErrNotFound) {
		return "put the program " + e.Program + " into a directory of PATH; it speaks the protocol of sigstore's plugins"
	}
	return ""
}

func openPlugin(ctx context.Context, name, ref string, opt Options) (Signer, error) {
	look := opt.Look
	if look == nil {
		look = exec.LookPath
	}
	program, err := look(pluginPrefix + name)
	if err != nil {
		return nil, &PluginError{pluginPrefix + name, err}
	}
	p := &plugin{ctx: ctx, program: program, ref: ref}
	answer, err := p.ask(crypto.SHA256, common.MethodArgs{MethodName: common.PublicKeyMethodName,
		PublicKey: &common.PublicKeyArgs{PublicKeyOptions: &common.PublicKeyOptions{}}}, nil)
	if err != nil {
		return nil, err
	}
	if answer.PublicKey == nil {
		return nil, &PluginError{program, errors.New("it answers without a public key")}
	}
	if p.public, err = cryptoutils.UnmarshalPEMToPublicKey(answer.PublicKey.PublicKeyPEM); err != nil {
		return nil, &PluginError{program, err}
	}
	return p, nil
}

func (p *plugin) Public() crypto.PublicKey { return p.public }
func (p *plugin) Close() error             { return nil }

// Sign has a digest signed, or with crypto.Hash(0) a message.
func (p *plugin) Sign(_ io.Reader, sum []byte, opts crypto.SignerOpts) ([]byte, error) {
	h := opts.HashFunc()
	message, stdin := common.MessageOptions{Digest: &sum, HashFunc: &h}, []byte(nil)
	if h == crypto.Hash(0) { // Ed25519 signs the message itself
		message, stdin = common.MessageOptions{}, sum
	}
	answer, err := p.ask(h, common.MethodArgs{MethodName: common.SignMessageMethodName,
		SignMessage: &common.SignMessageArgs{SignOptions: &common.SignOptions{MessageOptions: message}}}, stdin)
	if err != nil {
		return nil, err
	}
	if answer.SignMessage == nil {
		return nil, &PluginError{p.program, errors.New("it answers without a signature")}
	}
	return answer.SignMessage.Signature, nil
}

// ask runs the plugin once: version and arguments as arguments, the answer on
// its standard output. Its exit status means nothing, by the protocol.
func (p *plugin) ask(h crypto.Hash, method common.MethodArgs, stdin []byte) (*common.PluginResp, error) {
	args, err := json.Marshal(common.PluginArgs{InitOptions: &common.InitOptions{
		ProtocolVersion: common.ProtocolVersion, KeyResourceID: p.ref, HashFunc: h, RPCOptions: &common.RPCOptions{}}, MethodArgs: &method})
	if err != nil {
		return nil, &PluginError{p.program, err}
	}
	ctx, cancel := context.WithTimeout(p.ctx, pluginTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.program, common.ProtocolVersion, string(args))
	out := limited{max: maxAnswer}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, os.Stderr
	cmd.WaitDelay = time.Second
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && (!errors.As(err, &exit) || exit.ExitCode() < 0) {
		return nil, &PluginError{p.program, err}
	}
	var answer common.PluginResp
	if err := json.Unmarshal(out.text, &answer); err != nil {
		return nil, &PluginError{p.program, fmt.Errorf("its answer is not that of a plugin: %w", err)}
	}
	if answer.ErrorMessage != "" {
		return nil, &PluginError{p.program, fmt.Errorf("it says %q", answer.ErrorMessage)}
	}
	return &answer, nil
}

// limited keeps so many bytes and refuses more.
type limited struct {
	text []byte
	max  int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(l.text)+len(p) > l.max {
		return 0, fmt.Errorf("it answers with more than %d bytes", l.max)
	}
	l.text = append(l.text, p...)
	return len(p), nil
}
