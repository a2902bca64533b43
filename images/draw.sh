#!/usr/bin/env bash
# Makes the README's pictures again: quantizes configs/fashion_mnist/resnet8.pt without and with training (about six
# minutes on two cores), draws what the two reports hold, and the architecture, and takes a picture of the top of the
# first report. Takes the options of apps/setup.sh.
source "$(dirname "${BASH_SOURCE[0]}")/../apps/setup.sh"
setup "$@"
install_packages python3-matplotlib fonts-dejavu-core chromium
configure
build_targets qtool

data=idx:${FASHION_MNIST:-/usr/share/datasets/fashion-mnist},mean=0.2860,std=0.3530
"$build/qtool" ptq configs/fashion_mnist/resnet8.pt --data "$data" --max-drop 0.5 --min-agreement 99 -o out/images/ptq
"$build/qtool" qat configs/fashion_mnist/resnet8.pt --data "$data" --weight-bits 2 --epochs 6 --flip -o out/images/qat
/usr/bin/python3 images/draw.py out/images/ptq/report.json out/images/qat/report.json images
# As high as result, ladder and layers by damage. Chromium of root wants no sandbox, and its complaints about a desktop
# are none.
chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size=1000,1880 \
  --virtual-time-budget=3000 \
  --screenshot="$PWD/images/report.png" "file://$PWD/out/images/ptq/report.html" 2>out/images/chromium.log ||
  fail "take a picture of the report" "$(tail -1 out/images/chromium.log)" "full output in out/images/chromium.log"
