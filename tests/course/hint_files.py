"""Command lines that have to do with files of the host, and the hints they lead to."""

from __future__ import annotations

PULL = "pull -q busybox"
C1 = (PULL, "create --name c1 busybox")
C2 = (*C1, "create --name c2 busybox")

#: What is in the folder beforehand; each ``*.df`` is a Dockerfile for ``-f``.
FILES = {
    "app/Dockerfile": "FROM busybox\n",
    "app/other": "FROM busybox\n",
    "text": "no tar\n",
    "hidden": "x",
    ".dockerignore": "hidden\n",
    "good.df": "FROM busybox\nRUN echo hi > /x\n",
    "missing.df": "FROM busybox\nCOPY hello.txt /\n",
    "hidden.df": "FROM busybox\nCOPY hidden /\n",
    "pattern.df": "FROM busybox\nADD *.zip /\n",
    "outside.df": "FROM busybox\nCOPY ../hello.txt /\n",
    "mistyped.df": "FROM busybox\nRUN echo hi > /x\nRUN ehco hi\n",
    "exec.df": 'FROM busybox\nRUN ["ehco", "hi"]\n',
    "failing.df": "FROM busybox\nRUN cat /nothing\n",
    "entry.df": 'FROM busybox\nENTRYPOINT ["true"]\nRUN false\n',
    "form.df": "FORM busybox\n",
    "odd.df": "FROM busybox\nRUN echo a\necho b && \n",
    "headless.df": "RUN ls\n",
    "empty.df": "",
    "bizybox.df": "FROM bizybox\n",
    "latst.df": "FROM busybox:latst\n",
    "secret.df": "FROM imagelab/no-such-thing\n",
    "capital.df": "FROM Busybox\n",
}

#: What was done before, the line, the hint it leads to, what the hint must name.
CASES_WITH_FILES: list[tuple[tuple[str, ...], str, str, str]] = [
    # the folder and the Dockerfile
    ((PULL,), "build", "build_no_context", "docker build ."),
    ((PULL,), "image build -t app", "build_no_context", "docker image build -t app ."),
    ((PULL,), "build my app .", "build_one_folder", "docker build -t app ."),
    ((PULL,), "build myapp", "build_no_folder", "docker build -t app ."),
    ((PULL,), "build -t app .", "build_no_dockerfile", "%%writefile Dockerfile"),
    ((PULL,), "build -f nothing .", "build_no_file", "/nothing"),
    ((PULL,), "build -t app app/Dockerfile", "build_context_is_file", "docker build -t app app"),
    ((PULL,), "build -t app app/other", "build_context_is_file",
     "docker build -t app -f app/other app"),
    ((PULL,), "build -f form.df .", "build_instruction_nearest", "FROM"),
    ((PULL,), "build -f odd.df .", "build_instruction", "RUN"),
    ((PULL,), "build -f headless.df .", "build_no_from", "FROM ubuntu:14.04"),
    ((PULL,), "build -f empty.df .", "build_no_from", "FROM ubuntu:14.04"),
    # names
    ((PULL,), "build -t App app", "bad_name_mended", "docker build -t app app"),
    ((PULL,), "build -f capital.df .", "bad_name_mended", "FROM busybox"),
    ((PULL,), "build -f bizybox.df .", "hub_nearest", "FROM busybox"),
    ((PULL,), "build -f latst.df .", "hub_other_tags", "FROM busybox:latest"),
    ((PULL,), "build -f secret.df .", "hub_denied", "docker search no-such-thing"),
    ((PULL,), "build -f good.df .", "image_nameless", "docker tag "),
    ((PULL, "build -t one -f good.df ."), "build -t two -f good.df .", "build_cached",
     "docker build --no-cache -t two -f good.df ."),
    ((PULL, "build -t one -f good.df ."), "build --no-cache -t one -f good.df .", "name_moved",
     "one:latest"),
    ((PULL,), "build -t app app", "build_notice", "legacy builder"),
    # steps
    ((PULL,), "build -f missing.df .", "build_no_source", "hello.txt"),
    ((PULL,), "build -f hidden.df .", "build_no_source", ".dockerignore"),
    ((PULL,), "build -f pattern.df .", "build_no_match", ".dockerignore"),
    ((PULL,), "build -f outside.df .", "build_outside", "../hello.txt"),
    ((PULL,), "build -f mistyped.df .", "build_step_failed", "docker run -it --rm "),
    ((PULL,), "build -q -f failing.df .", "build_step_failed", "docker run -it --rm "),
    ((PULL,), "build -f entry.df .", "build_step_failed", "docker run -it --rm --entrypoint sh "),
    ((PULL,), "build -f mistyped.df .", "program_nearest", "echo"),
    ((PULL,), "build -f exec.df .", "program_nearest", "echo"),
    # copies
    (C1, "cp text c1", "cp_no_colon", "docker cp text c1:/"),
    (C1, "cp c1/etc/passwd .", "cp_no_colon", "docker cp c1:/etc/passwd ."),
    (C1, "cp text other", "cp_no_container", "%%lab"),
    (C2, "cp c1:/etc/passwd c2:/", "cp_two_containers",
     "docker cp c1:/etc/passwd passwd && docker cp passwd c2:/"),
    (C1, "cp c1:/etc/pasword .", "cp_nearest", "docker cp c1:/etc/passwd ."),
    (C1, "cp c1:/data/x/y .", "cp_not_there", "`bin`"),
    (C1, "cp text c1:/data/x", "cp_no_target", "docker cp text c1:/"),
    (C1, "cp text c1:etc/data/", "cp_no_target", "docker cp text c1:/etc"),
    (C1, "cp nothing c1:/", "no_host_file", "nothing"),
    (C1, "cp c1:/etc/passwd data/x", "no_host_folder", "mkdir -p "),
    (C1, "cp text nothing:/", "container_missing", "docker ps -a"),
    ((PULL, "create --name server busybox"), "cp sever:/etc/passwd .", "container_nearest",
     "docker cp server:/etc/passwd ."),
    # archives
    ((*C1, "export -o c1.tar c1"), "load -i c1.tar", "load_of_export",
     "docker import c1.tar imported:1"),
    ((PULL, "save -o image.tar busybox"), "load image.tar", "load_no_file",
     "docker load -i image.tar"),
    ((), "load --input=text", "not_an_archive", "`text`"),
    ((), "import text", "not_an_archive", "`text`"),
    ((), "import nothing", "no_host_file", "nothing"),
    ((), "load -i nothing", "no_host_file", "nothing"),
    ((PULL,), "save -o data/x.tar busybox", "no_host_folder", "mkdir -p data"),
    ((PULL, "save -o image.tar busybox"), "import image.tar x", "import_of_save",
     "docker load -i image.tar"),
    ((*C1, "export -o c1.tar c1"), "import c1.tar", "image_nameless", "docker tag "),
    ((*C1, "export -o c1.tar c1", "import c1.tar mine"), "run mine", "run_no_command",
     "docker run mine sh"),
]

#: Lines that a learner needs no hint for.
QUIET_WITH_FILES: list[tuple[tuple[str, ...], str]] = [
    (C1, "cp text c1:/"), (C1, "cp c1:/etc/passwd ."), (C1, "export -o c1.tar c1"),
    ((*C1, "export -o c1.tar c1"), "import c1.tar mine"),
    ((PULL, "save -o image.tar busybox"), "load -i image.tar"),
]
