make hello
