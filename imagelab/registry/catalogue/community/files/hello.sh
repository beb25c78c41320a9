#!/bin/sh
echo '안녕하세요, 도커!'
echo '이 글은 busybox 위에 얹은 작은 레이어에서 나왔습니다.'
