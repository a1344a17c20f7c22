def test_x(notebook):
    notebook.cell("def train(lr=0.1):\n    print('loss:', lr)\n    return lr")
    for i in ("fork", "fresh", "inline"):
        notebook.isolation = i
        import time, os, subprocess
        t = time.time()
        r = notebook.run("train", lr=0.5)
        print(i, time.time() - t, r.status, r.result, r.output)
        print(subprocess.run(["find", ".", "-type", "f"], cwd=r.path, capture_output=True, text=True).stdout)
    t = time.time()
    r = notebook.run("train", lr=0.5)
    print(i, time.time() - t, r.status, r.result, r.output)
    assert 0
