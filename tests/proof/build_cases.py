"""Dockerfiles and what is beside them, built in a lab and on a real daemon."""
# ruff: noqa: E501 - a case is read best in one line

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field

#: What a folder holds: a text, bytes, None for a folder, or ``-> target`` for a link.
Files = Mapping[str, str | bytes | None]


@dataclass(frozen=True)
class Build:
    """One ``docker build``.

    Attributes:
        dockerfile: the Dockerfile, written before it; ``FROM ubuntu:14.04`` goes in front of
            one that has no ``FROM``.
        files: files written before it; a mode may follow a name, as in ``run.sh:755``.
        flags: words between ``build`` and the folder.
    """

    dockerfile: str = ""
    files: Files = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole Dockerfile."""
        has_from = "from " in self.dockerfile.lower()
        return self.dockerfile if has_from else f"FROM ubuntu:14.04\n{self.dockerfile}"


def b(dockerfile: str, *flags: str, **files: str | bytes | None) -> Build:
    return Build(dockerfile, files, flags)


def f(dockerfile: str, files: Files, *flags: str) -> Build:
    return Build(dockerfile, files, flags)


def archive(**files: str) -> bytes:
    """Return a small tar."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            member.mode = 0o640
            member.uid = member.gid = 7
            member.mtime = 1_700_000_000
            tar.addfile(member, io.BytesIO(text.encode()))
    return made.getvalue()


TAR = archive(one="1\n", two="2\n")
DIR = {"d/one": "1\n", "d/sub/two": "2\n", "d/run.sh:755": "#!/bin/sh\n", "d/empty": None}

CASES: dict[str, tuple[Build, ...]] = {
    # --- instructions of the configuration
    "env": (b("ENV A=1\nENV B=$A C=\"x y\" D=${A:-d}${Z:-z}${A:+p}\nRUN echo $A $B $C $D\n"),),
    "env old form": (b("ENV A one two\nENV B \"q\" 'r'\n"),),
    "env twice": (b("ENV A=1 B=$A\nENV A=2 B=$A\nENV A=3\n"),),
    "env odd": (b("ENV A='a b' B=\"it's\" C=\\$A D=a\\ b E=$ F=\"$A\" G=${A}x\nENV H=\n"),),
    "env path": (b("ENV PATH=/x:$PATH\nENV PATH $PATH:/y\n"),),
    "label": (b('LABEL a=1 "b c"="d e" f="line\\\nnext"\nENV X=v\nLABEL g=$X h=\'$X\'\nLABEL a=2\n'),),
    "cmd": (b('CMD echo hi $X\nCMD ["a", "b \\"c\\""]\nCMD [\'a\']\nCMD ["a", 1]\n'),),
    "cmd forms": (b('CMD echo  two  blanks\nCMD ["a","b c"]\nCMD []\nCMD\t["x"]\n'),),
    "entrypoint": (b('CMD a\nENTRYPOINT ["e"]\nCMD ["b"]\nENTRYPOINT exec x\nENTRYPOINT []\n'),),
    "entrypoint drops": (
        b('FROM ubuntu:14.04\nENTRYPOINT ["echo"]\n', "-t", "p:1"),
        b('FROM p:1\nRUN echo run > /r\nCMD ["x"]\n'),
    ),
    "expose": (b("ENV P=80\nEXPOSE 90/udp $P 70-71\nEXPOSE 80/tcp 1\n"),),
    "expose bad": (b("EXPOSE x\n"),),
    "user": (b("RUN echo 'u:x:5:6::/:/bin/sh' >> /etc/passwd\nUSER u\nRUN id -u; touch /tmp/x\n"
               "WORKDIR /w\nUSER 7:8\nRUN id -u; id -g\n"),),
    "user missing": (b("USER nobody-here\nRUN true\n"),),
    "workdir": (b("WORKDIR /a\nWORKDIR b\nRUN pwd > x\nWORKDIR ../c\nENV D=/e\nWORKDIR $D/f/\n"
                  "WORKDIR /srv/data\nWORKDIR \"/q r\"\n"),),
    "workdir onto file": (b("WORKDIR /etc/passwd\n"),),
    "workdir blank": (b("WORKDIR $NOTHING\n"),),
    "volume": (b("RUN mkdir -p /v; echo 1 > /v/a\nVOLUME /v\nRUN echo 2 > /v/b; ls /v\n"
                 "RUN ls /v\nVOLUME [\"/w\", \"/x y\"]\nVOLUME /a /b\n"),),
    "volume copy": (f("VOLUME /v\nCOPY a /v/a\nRUN ls /v\n", {"a": "a\n"}),),
    "onbuild": (
        b("FROM ubuntu:14.04\nONBUILD RUN echo one > /one\nONBUILD ENV A=$X\nONBUILD COPY a /\n",
          "-t", "p:1", a="a\n"),
        b("FROM p:1\nRUN ls /one /a\n", a="b\n"),
        b("FROM p:1\nRUN ls /one /a\n"),
    ),
    "onbuild onbuild": (b("ONBUILD ONBUILD RUN x\n"),),
    "onbuild from": (b("ONBUILD FROM x\n"),),
    "onbuild bogus": (
        b("FROM ubuntu:14.04\nONBUILD BOGUS x\n", "-t", "p:1"),
        b("FROM p:1\n"),
    ),
    "shell": (b('SHELL ["/bin/sh", "-ec"]\nRUN echo $-\nCMD x\nSHELL ["/bin/echo"]\nRUN a b\n'),),
    "shell text": (b("SHELL /bin/sh -c\n"),),
    "healthcheck": (b("HEALTHCHECK --interval=5s --retries=2 CMD true\nHEALTHCHECK NONE\n"
                      "HEALTHCHECK CMD [\"a\", \"b\"]\nRUN true\n"),),
    "healthcheck bad": (b("HEALTHCHECK --intervall=5s CMD true\n"),),
    "stopsignal": (b("ENV S=9\nSTOPSIGNAL SIGINT\nSTOPSIGNAL $S\n"),),
    "stopsignal bad": (b("STOPSIGNAL NONSENSE\n"),),
    "maintainer": (b("MAINTAINER $me  and you\nENV A=1\nRUN echo 1 > /x\nCOPY Dockerfile /d\n"),),
    # --- RUN
    "run": (b('RUN echo one > /one\nRUN ["echo", "$A", "two"]\nRUN ["/bin/sh", "-c", "echo 3"]\n'),),
    "run nothing": (b("RUN true\nRUN true\nRUN echo x > /x\nRUN rm /x\n"),),
    "run both streams": (b("RUN echo out\nRUN echo err >&2\nRUN printf 'no newline'\n"),),
    "run fails": (b("RUN echo one > /one\nRUN echo before; exit 7\nRUN echo never\n"),),
    "run fails force": (b("RUN exit 3\n", "--force-rm"),),
    "run missing": (b('RUN ["nothing-here"]\n'),),
    "run missing in shell": (b("RUN nothing-here\n"),),
    "run continued": (b("RUN echo a \\\n  && echo b \\\n# comment\n  && echo c\n\n#x\nRUN echo \\\n\n d\n"),),
    "run keeps": (b("RUN echo 1\nRUN echo 2 > /2\n", "--rm=false"),),
    "steps keep": (b("ENV A=1\nWORKDIR /w\nCOPY Dockerfile /d\n", "--rm=false"),),
    "run heredoc": (b("RUN cat <<EOF > /x\nhello\nEOF\n"),),
    "run deletes": (b("RUN rm -r /srv/data\nRUN mkdir /srv/data; echo 1 > /srv/data/n\nRUN chmod 700 /srv\n"),),
    "run env in command": (b("ENV A=1\nRUN A=2; echo $A \"${A}\" '$A'\n"),),
    "run flags": (b("RUN --mount=type=cache,target=/x true\n"),),
    "run network flag": (b("RUN --network=none true\n"),),
    "run hostname": (b("RUN cat /etc/hosts > /dev/null; echo 1 > /etc/hostname; ls -a / > /dev/null\n"),),
    # --- ARG
    "arg": (b("ARG A=1\nRUN echo $A\nENV B=$A\nARG A=2\nRUN echo $A $B\n"),),
    "arg given": (b("ARG A=1\nARG B\nRUN echo $A $B\n", "--build-arg", "A=5", "--build-arg", "B=6"),
                  b("ARG A=1\nARG B\nRUN echo $A $B\n", "--build-arg", "A=5", "--build-arg", "B=7")),
    "arg unused": (b("RUN true\n", "--build-arg", "Z=5", "--build-arg", "Y=1"),),
    "arg unset": (b("ARG A\nRUN echo \"[$A]\"\n", "--build-arg", "A"),),
    "arg over env": (b("ENV A=env\nARG A=arg\nRUN echo $A\n", "--build-arg", "A=given"),),
    "arg before from": (
        b("ARG V=14.04\nARG W=x\nFROM ubuntu:$V\nRUN echo [$V]\nARG V\nARG W=y\nRUN echo [$V] [$W]\n"),
        b("ARG V=1\nFROM ubuntu:${V}\n", "--build-arg", "V=14.04"),
    ),
    "arg several": (b("ARG A=1 B=2 C\nRUN echo $A$B$C\n"),),
    "arg quoted": (b("ARG A=\"x y\"\nARG B='$A'\nARG C=$A\nRUN echo $A $B $C\n"),),
    "arg blank": (b("ARG\n"),),
    "arg proxy": (b("RUN echo $HTTP_PROXY\n", "--build-arg", "HTTP_PROXY=http://p"),
                  b("RUN echo $HTTP_PROXY\n", "--build-arg", "HTTP_PROXY=http://q")),
    "arg proxy declared": (b("ARG HTTP_PROXY\nRUN echo $HTTP_PROXY\n", "--build-arg", "HTTP_PROXY=http://p"),
                  b("ARG HTTP_PROXY\nRUN echo $HTTP_PROXY\n", "--build-arg", "HTTP_PROXY=http://q")),
    "arg in stage": (b("FROM ubuntu:14.04 AS a\nARG X=1\nRUN echo $X\nFROM a\nRUN echo [$X]\nFROM ubuntu:14.04\nRUN echo [$X]\n"),),
    # --- stages
    "from twice": (b("FROM ubuntu:14.04\nRUN echo 1 > /1\nFROM ubuntu:14.04\nRUN echo 2 > /2\n"),),
    "from stage": (b("FROM ubuntu:14.04 AS Base\nENV A=1\nFROM base\nENV B=2\n"),),
    "from scratch": (f("FROM scratch\nCOPY a /a\nENV A=1\nCMD [\"/a\"]\n", {"a": "a\n"}),),
    "from scratch env": (b("FROM scratch\nENV A=1\nLABEL b=1\nWORKDIR /w\n"),),
    "from scratch only": (b("FROM scratch\n"),),
    "from scratch run": (b("FROM scratch\nRUN true\n"),),
    "from only": (b("FROM ubuntu:14.04\n", "-t", "same:1"),),
    "from lower": (b("from ubuntu:14.04 as x\nrun echo 1\nFrom x\nEnv a=1\n"),),
    "from bad": (b("FROM a b\n"),),
    "from bad name": (b("FROM ubuntu:14.04 AS 1x\n"),),
    "from blank": (b("FROM $X\n"),),
    "from upper": (b("FROM Ubuntu\n"),),
    "from platform": (b("FROM --platform=linux/amd64 ubuntu:14.04\n"),),
    "from flag": (b("FROM --bogus=1 ubuntu:14.04\n"),),
    "target": (
        b("FROM ubuntu:14.04 AS a\nENV A=1\nFROM ubuntu:14.04 AS b\nENV B=1\n", "--target", "a"),
        b("FROM ubuntu:14.04 AS a\nENV A=1\nFROM ubuntu:14.04 AS b\nENV B=1\n", "--target", "1"),
        b("FROM ubuntu:14.04 AS a\nENV A=1\nFROM ubuntu:14.04 AS b\nENV B=1\n", "--target", "B"),
        b("FROM ubuntu:14.04 AS a\nENV A=1\n", "--target", "none"),
    ),
    "copy from": (b("FROM ubuntu:14.04 AS a\nRUN mkdir /o; echo 1 > /o/1; chmod 700 /o/1; chown 1234:1235 /o/1\n"
                    "FROM ubuntu:14.04\nCOPY --from=a /o/1 /x\nCOPY --from=0 /o /y\nCOPY --from=A /o/ /z/\n"),),
    "copy from image": (b("COPY --from=ubuntu:14.04 /srv/data/a.txt /x\n"),),
    "copy from missing": (b("COPY --from=ubuntu:14.04 /no/such /x\n"),),
    "copy from later": (b("FROM ubuntu:14.04\nCOPY --from=2 /x /y\n"),),
    "copy from own index": (b("FROM ubuntu:14.04\nCOPY --from=0 /srv/data/a.txt /y\n"),),
    "copy from variable": (b("FROM ubuntu:14.04 AS s\nFROM ubuntu:14.04\nARG S=s\nCOPY --from=$S /srv/data/a.txt /y\n"),),
    "copy from glob": (b("FROM ubuntu:14.04 AS a\nRUN mkdir /o; echo 1 > /o/1; echo 2 > /o/2\n"
                         "FROM scratch\nCOPY --from=a /o/* /y/\n"),),
    "copy from link": (b("FROM ubuntu:14.04 AS a\nRUN mkdir /o; echo 1 > /o/1; ln -s 1 /o/l; ln -s /o /p\n"
                         "FROM scratch\nCOPY --from=a /o/l /l\nCOPY --from=a /o /o\nCOPY --from=a /p /p\n"),),
    # --- COPY
    "copy": (f("COPY a /a\nCOPY a /x/y/z\nCOPY a /x/\nCOPY a /new/\nCOPY a b\n", {"a": "a\n"}),),
    "copy dest dir": (f("COPY a /srv\nCOPY a /srv/data\nCOPY a .\nWORKDIR /w\nCOPY a .\nCOPY a ./\nCOPY a x\nCOPY a ../y\n", {"a": "a\n"}),),
    "copy dir": (f("COPY d /x\nCOPY d/ /y/\nCOPY d /srv/data\nCOPY d/sub .\n", DIR),),
    "copy dir onto file": (f("COPY d /etc/passwd\n", DIR),),
    "copy file onto dir": (f("RUN mkdir /a\nCOPY a /a\nCOPY a /\n", {"a": "a\n"}),),
    "copy over file": (f("COPY a /etc/passwd\nCOPY d/one /srv/data/a.txt\n", {"a:600": "a\n", **DIR}),),
    "copy dir over": (f("COPY d /t\nRUN chmod 700 /t/sub; echo x > /t/sub/two; echo k > /t/sub/keep\nCOPY d /t\n", DIR),),
    "copy below file": (f("COPY a /etc/passwd/x\n", {"a": "a\n"}),),
    "copy all": (f("COPY . /all\nCOPY . .\n", {"a": "a\n", **DIR}),),
    "copy several": (f("COPY a b /x/\nCOPY a d /y/\n", {"a": "a\n", "b": "b\n", **DIR}),),
    "copy several no slash": (f("COPY a b /x\n", {"a": "a\n", "b": "b\n"}),),
    "copy glob": (f("COPY *.txt /x/\nCOPY ?.txt /y/\nCOPY [ab].* /z/\nCOPY d/* /w/\n",
                    {"a.txt": "a\n", "b.txt": "b\n", "cc.txt": "c\n", **DIR}),),
    "copy glob one": (f("COPY a* /x\nCOPY a* /y/\n", {"a.txt": "a\n"}),),
    "copy glob none": (f("COPY *.none /x/\n", {"a": "a\n"}),),
    "copy missing": (f("COPY a nothing /x/\n", {"a": "a\n"}),),
    "copy missing optional": (f("COPY a noth* /x/\n", {"a": "a\n"}),),
    "copy outside": (b("COPY ../x /x\n"),),
    "copy absolute": (f("COPY /a /x\nCOPY /./d/../a /y\n", {"a": "a\n", **DIR}),),
    "copy one word": (b("COPY a\n"),),
    "copy no words": (b("COPY\n"),),
    "copy json": (f('COPY ["a b", "/x y"]\nCOPY ["a b", "/x y/"]\n', {"a b": "a\n"}),),
    "copy env": (f("ENV D=/dest S=a\nCOPY $S $D/x\nCOPY ${S:-b} \"$D/y\"\n", {"a": "a\n"}),),
    "copy chown": (f("COPY --chown=5:6 a /a\nCOPY --chown=7 a /b\nENV U=8\nCOPY --chown=$U d /n/d\n", {"a": "a\n", **DIR}),),
    "copy chown name": (f("RUN echo 'u:x:5:6::/:/bin/sh' >> /etc/passwd; echo 'g:x:9:' >> /etc/group\nCOPY --chown=u a /a\nCOPY --chown=u:g a /b\nCOPY --chown=0:g a /c\n", {"a": "a\n"}),),
    "copy chown missing": (f("COPY --chown=nobody-here a /a\n", {"a": "a\n"}),),
    "copy chown group missing": (f("COPY --chown=0:nog a /a\n", {"a": "a\n"}),),
    "copy user": (f("USER 5\nCOPY a /a\nWORKDIR /w\nCOPY a /w/\n", {"a": "a\n"}),),
    "copy flag bad": (f("COPY --bogus=1 a /a\n", {"a": "a\n"}),),
    "copy chmod": (f("COPY --chmod=700 a /a\n", {"a": "a\n"}),),
    "copy modes": (f("COPY a b s /x/\n", {"a:600": "a\n", "b:755": "b\n", "s:4755": "s\n"}),),
    "copy links": (f("COPY l /l\nCOPY d /d\nCOPY dl /dl\n", {"a": "a\n", "l": "-> a", "d/rel": "-> ../a", "d/abs": "-> /etc/passwd", "dl": "-> d"}),),
    "copy link out": (f("COPY l /l\n", {"l": "-> /etc/passwd"}),),
    "copy through link": (f("RUN ln -s /srv/data /lnk\nCOPY a /lnk/\nCOPY a /lnk\nCOPY d /lnk\n", {"a": "a\n", **DIR}),),
    "copy onto link": (f("RUN echo t > /t; ln -s /t /lnk; ln -s /nowhere /dangling\nCOPY a /lnk\nCOPY a /dangling\n", {"a": "a\n"}),),
    "copy empty": (f("COPY e /e\nCOPY d/empty /f\nCOPY d/empty /g/\n", {"e": "", **DIR}),),
    "copy unicode": (f("COPY ü /ü\n", {"ü": "ü\n"}),),
    "copy dockerfile": (b("COPY Dockerfile /d\nCOPY . /all\n"),),
    # --- ADD
    "add": (f("ADD a /a\nADD d /d\n", {"a": "a\n", **DIR}),),
    "add tar": (f("ADD t.tar /t\nADD t.tar /u/\nADD t.tar /v/t.tar\nCOPY t.tar /w\n", {"t.tar": TAR}),),
    "add tar gz": (f("ADD t /t\n", {"t": gzip.compress(TAR, mtime=0)}),),
    "add tar bz2": (f("ADD t /t\n", {"t": bz2.compress(TAR)}),),
    "add tar xz": (f("ADD t /t\n", {"t": lzma.compress(TAR)}),),
    "add gz file": (f("ADD t.gz /t/\nADD t.gz /t2\n", {"t.gz": gzip.compress(b"hello\n", mtime=0)}),),
    "add not tar": (f("ADD t.tar /t/\n", {"t.tar": "hello\n"}),),
    "add cut tar": (f("ADD t.tar /t/\n", {"t.tar": TAR[:700]}),),
    "add empty tar": (f("ADD t.tar /t/\n", {"t.tar": bytes(10240)}),),
    "add tar chown": (f("ADD --chown=5:6 t.tar /t/\n", {"t.tar": TAR}),),
    "add tar over": (f("ADD t.tar /srv/data\nADD t.tar /\nADD t.tar /etc/passwd\n", {"t.tar": TAR}),),
    "add tars": (f("ADD t.tar u.tar /t/\n", {"t.tar": TAR, "u.tar": archive(three="3\n")}),),
    "add dir with tar": (f("ADD d /t/\n", {"d/t.tar": TAR}),),
    "add from": (b("ADD --from=0 a /a\n"),),
    # --- the parser
    "unknown": (b("ENV A=1\nBOGUS x\n"),),
    "no instructions": (Build("# from nothing\n"),),
    "before from": (Build("ENV A=1\nFROM ubuntu:14.04\n"),),
    "escape": (b("# escape=`\nFROM ubuntu:14.04\nRUN echo a `\n && echo b\\\nENV A=a`\nb\n"),),
    "comments": (b("# one\n\n  # two\n  ENV A=1 # no comment\n"),),
    "empty continuation": (b("RUN echo a \\\n\n  && echo b\n"),),
    "windows lines": (b("ENV A=1\r\nRUN echo $A\r\n"),),
    "env without value": (b("ENV A\n"),),
    "env half": (b("ENV A=1 B\n"),),
    "label blank": (b("LABEL =x\n"),),
    "substitution": (b("ENV A=${B\n"),),
    "substitution bad": (b("ENV A=${B:x}\n"),),
    "run nothing said": (b("RUN\n"),),
    "cmd flag": (b("CMD --x=y\n"),),
    "volume none": (b("VOLUME\n"),),
    "maintainer none": (b("MAINTAINER\n"),),
    "user two": (b("USER a b\n"),),
    "env unset required": (b("ENV A=${B:?must be}\n"),),
    **{f"line {line!r}": (f(f"{line}\n", {"a": "a\n"}),) for line in (
        "FROM", "FROM 'ubuntu:14.04'", "FROM ubuntu:14.04 as", "FROM ubuntu:14.04@sha256:abc",
        "FROM --platform=$P ubuntu:14.04", "RUN [\"a\"", "RUN []", "RUN kill -9 $$", "RUN exit 256",
        "EXPOSE 80-82/tcp", "EXPOSE 70000", "EXPOSE 80/xyz", "EXPOSE 127.0.0.1:80:80", "EXPOSE",
        'USER ""', "USER", 'VOLUME ""', 'VOLUME [""]', "VOLUME [ ]", 'WORKDIR ""', "WORKDIR", 'STOPSIGNAL ""',
        "SHELL []", "SHELL", "ONBUILD", "ONBUILD COPY --from=x a /a", "ONBUILD MAINTAINER x",
        "HEALTHCHECK", "HEALTHCHECK CMD", "HEALTHCHECK NONE x", "HEALTHCHECK BOGUS", "HEALTHCHECK --retries=0 CMD x",
        "HEALTHCHECK --interval=1 CMD x", "HEALTHCHECK --interval=1us CMD x", "ARG =x", "ARG 1=2", "ARG A=1 =2", "LABEL a",
        "LABEL", "LABEL a=1 b", "ENV", "ENV =x", "ENV A=$A$B", "ENV A=${A:=x}", "ENV A=${A-x}", "ENV A=\"x", "ENV A='x",
        "MAINTAINER  a  b ", "CMD", "ENTRYPOINT", "ADD", "ADD a", "COPY a \"\"", "COPY a $NOTHING", "COPY $NOTHING /x",
        "COPY \"\" /x", "COPY <<EOF /x", "COPY --chown= a /a", "COPY --from= a /a", "COPY --from a /a", "COPY --chown=1 --chown=2 a /a",
        "COPY a /../../b", "COPY a ./", "COPY a ..", "COPY a/ /b", "COPY a/. /b", "COPY a/b /c", "COPY .. /x", "COPY /.. /x", "COPY * /x/",
        "COPY [\"a\", \"/x\"] y", "COPY [\"a\"]", "COPY [a /x", "COPY a[ /x", "COPY \\a /x", "COPY a\\* /x", "ADD --chown=x a /a",
        "run echo lower", "Run echo mixed", "RUN --security=insecure true", "RUN -x", "RUN -- x", "CMD -- x", "ENV -- A=1", "COPY -- a /a",
        "STOPSIGNAL RTMIN+3", "STOPSIGNAL 99", "USER $NOTHING", "LABEL \"a\"=\"b\\\"c\"", "LABEL a='b\\'c'", "ENV A=b\\ c",
        "IMPORT x", "#RUN x", "# syntax=x", "RUN #", "ENV A=1#2", "RUN echo \\", "RUN echo a \\\n# c\n b", "RUN echo a \\\n  # c\n b",
        "WORKDIR /a//b/../c/", "WORKDIR a//b/./c", "WORKDIR ~", "VOLUME /a:/b", "VOLUME rel", "ENTRYPOINT [\"a\", \"$B\"]", "CMD [\"\\u00e9\", \"<&>\"]",
    )},
    "platforms": tuple(b(f"FROM --platform={text} ubuntu:14.04\n") for text in (
        "bogus", "linux/amd!64", "linux/arm64", "linux/a/b/c", "''")),
    "platform flags": tuple(b("ENV A=1\n", "--platform", text) for text in (
        "linux", "linux/amd!64", "linux/arm64", "linux/a/b/c", "")),
    "working dir of parent": (b("FROM ubuntu:14.04\nWORKDIR /a//b/../c/\n", "-t", "p:1"), b("FROM p:1\nENV A=1\nRUN pwd\nCOPY Dockerfile .\n")),
    "copy from empty stage": (b("FROM scratch AS a\nFROM ubuntu:14.04\nCOPY --from=a / /x\n"),),
    # --- the cache
    "cache": (f("RUN echo 1 > /1\nCOPY a /a\nRUN echo 2 > /2\n", {"a": "a\n"}),
              f("RUN echo 1 > /1\nCOPY a /a\nRUN echo 2 > /2\n", {}),
              f("RUN echo 1 > /1\nCOPY a /a\nRUN echo 2 > /2\n", {"a": "b\n"}),
              f("RUN echo 1 > /1\nCOPY a /a\nRUN echo 2 > /2\n", {"a": "a\n"})),
    "cache touched": (f("COPY a /a\n", {"a": "a\n"}), f("COPY a /a\n", {"a": "a\n"})),
    "cache mode": (f("COPY a /a\n", {"a": "a\n"}), f("COPY a /a\n", {"a:600": "a\n"})),
    "cache name": (f("COPY a /x\n", {"a": "a\n"}), f("COPY b /x\n", {"b": "a\n"})),
    "cache dir": (f("COPY d /x\n", DIR), f("COPY d /x\n", {"d/new": ""}), f("COPY d/ /x\n", {})),
    "cache env": (b("ENV A=1\nRUN echo x\n"), b("ENV A=2\nRUN echo x\n"), b("ENV A=1\nRUN echo x\n")),
    "cache order": (b("ENV A=1\nENV B=1\n"), b("ENV B=1\nENV A=1\n"), b("ENV A=1 B=1\n")),
    "cache off": (b("ENV A=1\nRUN echo x\n"), b("ENV A=1\nRUN echo x\n", "--no-cache"), b("ENV A=1\nRUN echo x\n")),
    "cache label flag": (b("ENV A=1\n"), b("ENV A=1\n", "--label", "x=1", "--label", "a=2"), b("ENV A=1\n", "--label", "x=1", "--label", "a=2"), b("ENV A=1\n", "--label", "x=2")),
    "cache other name": (b("ENV A=1\n", "-t", "a:1"), b("ENV A=1\nENV B=1\n", "-t", "b:1", "-t", "c:1")),
    "cache stages": (
        f("FROM ubuntu:14.04 AS a\nCOPY a /a\nFROM ubuntu:14.04\nCOPY --from=a /a /b\n", {"a": "a\n"}),
        f("FROM ubuntu:14.04 AS a\nCOPY a /a\nFROM ubuntu:14.04\nCOPY --from=a /a /b\n", {"a": "b\n"}),
        f("FROM ubuntu:14.04 AS a\nENV X=1\nCOPY a /a\nFROM ubuntu:14.04\nCOPY --from=a /a /b\n", {}),
    ),
    "cache arg unused": (b("ARG A\nRUN echo 1\n", "--build-arg", "A=1"), b("ARG A\nRUN echo 1\n", "--build-arg", "A=2"), b("ARG A\nRUN echo 1\n")),
    "cache arg copy": (f("ARG A\nCOPY a /a\nRUN echo\n", {"a": "a\n"}, "--build-arg", "A=1"), f("ARG A\nCOPY a /a\nRUN echo\n", {}, "--build-arg", "A=2")),
    "cache workdir": (b("WORKDIR /a\nRUN pwd\n"), b("WORKDIR /b\nRUN pwd\n"), b("WORKDIR /a\nRUN pwd\n")),
    "cache shell": (b('SHELL ["/bin/sh","-ec"]\nRUN echo\n'), b('SHELL ["/bin/sh","-c"]\nRUN echo\n')),
    "cache after failure": (b("RUN echo 1\nRUN exit 2\n"), b("RUN echo 1\nRUN exit 2\n"), b("RUN echo 1\nRUN exit 0\n")),
    "cache cmd": (b("CMD a\n"), b('CMD ["/bin/sh","-c","a"]\n')),
    "cache entrypoint": (b('ENTRYPOINT ["a"]\nRUN true\n'), b('ENTRYPOINT ["b"]\nRUN true\n')),
    "cache chown": (f("COPY --chown=1 a /a\n", {"a": "a\n"}), f("COPY --chown=2 a /a\n", {}), f("COPY a /a\n", {})),
    # --- flags
    "tag bad": (b("ENV A=1\n", "-t", "Bad"),),
    "tag digestless": (b("ENV A=1\n", "-t", "x:y:z"),),
    "file flag": (f("ENV A=1\n", {"other": "FROM ubuntu:14.04\nENV OTHER=1\n"}, "-f", "other"),),
    "label quotes": (b("ENV A=1\n", "--label", "x=it's $A", "--label", "y"),),
    "quiet": (b("ENV A=1\nRUN echo x; echo y >&2\n", "-q"),),
    "quiet fails": (b("ENV A=1\nRUN echo x; exit 2\n", "-q"),),
    "copy dir mode": (f("COPY d /x\nRUN mkdir -m 711 /y\nCOPY d /y\nCOPY d/one /z/\n",
                        {"d:700": None, "d/one:640": "1\n", "d/sub:1777": None}),),
    "copy dir kinds": (f("RUN mkdir -p /t/one /t/q; echo x > /t/dir; ln -s /t/q /t/lnk\nCOPY k /t\n",
                         {"k/one": "f", "k/dir/g": "g", "k/lnk/h": "h"}),),
    "copy from owners": (b("FROM ubuntu:14.04 AS a\nRUN mkdir -m 700 /o; echo 1 > /o/1; ln /o/1 /o/3; "
                           "echo 2 > /o/2; mkdir /o/sub; chown -R 1234:1235 /o; chmod 4755 /o/2\n"
                           "FROM ubuntu:14.04\nCOPY --from=a /o /y\nCOPY --from=a /o/2 /two/\n"
                           "COPY --from=a --chown=8 /o /w\n"),),
    "copy from dangling": (b("FROM ubuntu:14.04 AS a\nRUN mkdir /o; ln -s /no/where /o/l\n"
                             "FROM scratch\nCOPY --from=a /o /d\n"),),
    "copy from scratch": (f("FROM scratch AS a\nCOPY a /x/a\nFROM scratch\nCOPY --from=a / /\n"
                            "COPY --from=a /x /y\n", {"a": "a\n"}),),
    "copy url": (b("COPY http://127.0.0.1:1/x /x\n"),),
    "copy dots": (f("COPY ./d/./one /x\nCOPY d/sub/../one ./y/../z\nCOPY d//one //w//v\n", DIR),),
    "copy chown odd": (f("COPY --chown=4294967297:9 a /a\nCOPY --chown=: a /b\n", {"a": "a\n"}),),
    "copy quoted": (f('COPY "a" \'/x\'\nCOPY a\\ b /y\n', {"a": "a\n"}),),
    "add tar deep": (f("ADD t.tar /t\nADD t.tar x/y/\n",
                       {"t.tar": archive(**{"p/q/r": "deep", "../../out": "o", "/abs": "a"})}),),
    "add tar twice": (f("ADD t.tar /t/\nADD t.tar /t/\n", {"t.tar": TAR}),),
    "add glob of tars": (f("ADD *.tar /t/\n", {"t.tar": TAR, "u.tar": archive(three="3\n")}),),
    "add tar kinds": (f("RUN mkdir -p /t/one; echo x > /t/two\nADD t.tar /t\n", {"t.tar": TAR}),),
    "arg given none": (b("ARG A=1\nRUN echo $A\n", "--build-arg", "A"),),
    "arg in copy": (f("ARG S=a\nARG D\nCOPY $S $D/x\nWORKDIR $S\nLABEL l=$S\nEXPOSE $P 8${P}\nUSER $S\n"
                      "VOLUME /$S\n", {"a": "a\n"}, "--build-arg", "P=1"),),
    "arg before from given": (b("ARG A=1\nARG B=$A\nFROM ubuntu:14.04\nARG B\nRUN echo [$A] [$B]\n",
                                "--build-arg", "A=7"),),
    "arg same as stage": (b("FROM ubuntu:14.04 AS a\nARG A\nENV A=$A\nFROM a\nRUN echo $A\n", "--build-arg", "A=7"),),
    "stage name twice": (b("FROM ubuntu:14.04 AS a\nENV A=1\nFROM ubuntu:14.04 AS a\nENV A=2\nFROM a\nRUN echo $A\n"),),
    "healthcheck inherited": (b("FROM ubuntu:14.04\nHEALTHCHECK --interval=90s --timeout=1h30m --retries=65 CMD a 'b'\n",
                                "-t", "p:1"),
                              b("FROM p:1\nENV A=1\nRUN true\nHEALTHCHECK --timeout=1.5s CMD c\nCOPY Dockerfile /\n")),
    "inherited": (b("FROM ubuntu:14.04\nUSER 5\nWORKDIR /w\nENTRYPOINT [\"e\"]\nCMD [\"c\"]\nVOLUME /v\nEXPOSE 1\n"
                    "LABEL a=1\nSTOPSIGNAL 3\nSHELL [\"/bin/sh\", \"-c\"]\n", "-t", "p:1"),
                  b("FROM p:1\nRUN pwd; id -u\nWORKDIR x\nCMD d\nLABEL a=2 b=1\nEXPOSE 2\nVOLUME /u\n")),
    "author": (b("FROM ubuntu:14.04\nMAINTAINER one\n", "-t", "p:1"), b("FROM p:1\nENV A=1\n")),
    "cmd of parent": (b("ENTRYPOINT [\"e\"]\nENV A=1\n"), b("CMD x\nENTRYPOINT y\n")),
    "quiet parse error": (b("BOGUS\n", "-q"),),
    "quiet continuation": (b("RUN echo \\\n\n a\n", "-q"),),
    "iidfile": (b("ENV A=1\n", "--iidfile", "../iid"),),
    "cache from": (b("ENV A=1\nENV B=1\n", "-t", "a:1"), b("ENV A=1\nENV B=1\n", "--cache-from", "a:1"),
                   b("ENV A=1\nENV B=2\n", "--cache-from", "a:1,none:1"),
                   b("ENV A=1\nENV B=2\n", "--cache-from", "none:1")),
    "cache from history": (f("COPY a /a\nENV A=1\nENV B=1\n", {"a": "a\n"}, "-t", "a:1"), f("COPY a /a\nENV A=1\nENV B=2\n", {}, "--cache-from", "none:1"),
                           f("COPY a /a\nENV A=1\nENV B=1\n", {}, "--cache-from", "a:1"),
                           f("COPY a /a\nENV A=1\nENV B=2\n", {}, "--cache-from", "none:1,a:1")),
    "cache of commit": (b("RUN echo 1\n", "--rm=false", "--no-cache"), b("RUN echo 1\n"), b("RUN echo 1\nRUN echo 2\n")),
    "cache busted stays": (b("ENV A=1\nENV B=1\nENV C=1\n"), b("ENV A=1\nENV X=1\nENV C=1\n"),
                           b("ENV A=1\nENV X=1\nENV C=1\n")),
    "cache onbuild arg": (b("FROM ubuntu:14.04\nONBUILD ARG A=1\nONBUILD RUN echo $A\n", "-t", "p:1"),
                          b("FROM p:1\nRUN echo $A\n"), b("FROM p:1\nRUN echo $A\n", "--build-arg", "A=2")),
    "cache user": (b("USER 1\nRUN true\n"), b("USER 2\nRUN true\n"), b("USER 1\nRUN true\n")),
    "cache scratch": (f("FROM scratch\nCOPY a /\n", {"a": "a\n"}), f("FROM scratch\nCOPY a /\nENV A=1\n", {})),
    "label flag again": (b("LABEL a=1\n", "--label", "a=2"),),
    "network": (b("RUN echo 1\n", "--network", "none"), b("RUN echo 2\n", "--network", "nothing")),
    "memory": (b("RUN echo 1\n", "-m", "64m"), b("RUN echo 2\n", "-m", "1k")),
    "isolation": (b("RUN echo 1\n", "--isolation", "hyperv"),),
    "platform bad": (b("RUN echo 1\n", "--platform", "bogus"),),
    "security": (b("RUN echo 1\n", "--security-opt", "x"),),
    "squash": (b("RUN echo 1\n", "--squash"),),
    "arg flag bad": (b("RUN echo 1\n", "--build-arg", "=1"),),
    "ignored dockerfile": (
        f("COPY . /all\nRUN ls -a /all\nCOPY Dockerfile /d\n",
          {"a": "a\n", "b": "b\n", ".dockerignore": "b\nDockerfile\n.dockerignore\n"}),
        f("COPY . /all\nRUN ls -a /all\nCOPY a /d\n", {".dockerignore": "*\n!a\n"})),
    "lower dockerfile": (f("ENV A=1\n", {"dockerfile": "FROM scratch\n"}),),
    "syntax": (b("# syntax=docker/dockerfile:1\nFROM ubuntu:14.04\nENV A=1\n"),),
    "escape twice": (b("# escape=`\n# escape=`\nFROM ubuntu:14.04\n"),),
    "tabs": (b("\tENV\tA=1\tB=2\nRUN\techo\t$A\n"),),
    "no break at end": (b("ENV A=1\nRUN echo $A"),),
    "continued at end": (b("RUN echo a \\"),),
    "json with spaces": (b('RUN [ "echo" , "a b" ]\nCMD [ "x" ] \nENTRYPOINT ["a"] b\n'),),
    "run sleeps": (b("RUN echo a; sleep 1; echo b\n"),),
    "run waits for input": (b("RUN cat; read x; echo [$x]\n"),),
    "run working dir": (b("WORKDIR /a/b\nRUN rmdir /a/b; cd /; rmdir /a; ls / | grep -c '^a$' || true\nRUN pwd\n"),),
    "run as user": (b("RUN echo 'u:x:5:6::/home/u:/bin/sh' >> /etc/passwd\nUSER u\nRUN echo $HOME; id -u; id -g\n"),),
    "run changes path": (b("ENV PATH=/nowhere:$PATH\nRUN echo $PATH\nRUN ls /\n"),),
    "volume of base": (b("FROM ubuntu:14.04\nRUN mkdir /v; echo 1 > /v/1\nVOLUME /v\n", "-t", "p:1"),
                       b("FROM p:1\nRUN echo 2 > /v/2; rm /v/1\nRUN ls /v\nCOPY Dockerfile /v/3\nRUN ls /v\n")),
    "pull": (b("FROM ubuntu:14.04\nENV A=1\n", "--network", "none"),),
}
