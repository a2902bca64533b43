#!/usr/bin/env python3
"""browser_test.py QTOOL: makes reports and the summary of a batch, opens them in headless Chromium from their files,
and looks at them as a reader does.

No console errors, no request that leaves the page, every chart drawn, every link inside the page leads somewhere,
nothing wider than a phone. Exit code 77 (skipped) where Chromium or Selenium is missing."""
import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ImportError:
    sys.exit(77)
if not shutil.which("chromium") or not shutil.which("chromedriver"):
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = "idx:" + os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist") + ",mean=0.2860,std=0.3530"
PHONE, DESK = (390, 844), (1280, 900)
# Whether a canvas shows anything: some pixel differs from the first.
IS_DRAWN = """
const pixels = arguments[0].getContext('2d').getImageData(0, 0, arguments[0].width, arguments[0].height).data;
for (let i = 4; i < pixels.length; ++i) if (pixels[i] !== pixels[i % 4]) return true;
return false;"""


@functools.cache
def work():
    return pathlib.Path(tempfile.mkdtemp(prefix="qtool-browser-"))


@functools.cache
def report(kind):
    """Folder of a small job."""
    out = work() / kind
    model = str(ROOT / "configs/fashion_mnist/resnet8.pt")
    common = ["-o", str(out), "--quiet", "--verify-samples", "256"]
    few = {"ptq": ["--data", DATA, "--calib-samples", "128", "--max-drop", "5"],
           "qat": ["--data", DATA + ",limit=256", "--epochs", "1", "--weight-bits", "3"]}[kind]
    subprocess.run([sys.argv[1], kind, model, *common, *few], check=True, stdout=subprocess.DEVNULL)
    return out


BATCH = """version: 1
output: .
defaults: {model: "%s", data: "%s", verify_samples: 256, blame_samples: 0, improve: [none],
           calibrate: {samples: 128}}
jobs:
- {name: bits, task: ptq, matrix: {quantize.weight_bits: [8, 4, 2]}}
- {name: check, task: eval, model: bits-weight-bits-8/model.int8.pt}
"""


@functools.cache
def batch():
    """Folder of a small batch."""
    out = work() / "batch"
    out.mkdir()
    (out / "batch.yaml").write_text(BATCH % (ROOT / "configs/fashion_mnist/resnet8.pt", DATA))
    subprocess.run([sys.argv[1], "run", str(out / "batch.yaml"), "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return out


@functools.cache
def browser(scripts):
    """Headless Chromium, which ends with this program; without `scripts` it runs none of a page's."""
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                 "--disable-dev-shm-usage", "--disable-background-networking"):
        options.add_argument(flag)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    atexit.register(started.quit)
    return started


class Page:
    """A page that is open in a browser."""

    def __init__(self, path, size=DESK, dark=False, scripts=True):
        self.browser = browser(scripts)
        for log in ("browser", "performance"):
            self.browser.get_log(log)  # forgets what earlier pages have left there
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                     {"width": size[0], "height": size[1], "deviceScaleFactor": 1,
                                      "mobile": size == PHONE})
        self.browser.get(pathlib.Path(path).as_uri())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.get("about:blank")

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def find(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def requests(self):
        import json
        events = (json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance"))
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


class PageTest(unittest.TestCase):
    def check_page(self, path, charts, **how):
        """Returns the ids of the sections. charts: how many there must be at least."""
        with Page(path, **how) as page:
            for details in page.find("details"):
                page.run("arguments[0].open = true; arguments[0].scrollIntoView()", details)
            # The toggle events come after this turn.
            page.browser.execute_async_script("setTimeout(arguments[0], 200)")
            canvases = page.find("canvas")
            self.assertGreaterEqual(len(canvases), charts)
            for canvas in canvases:
                self.assertTrue(page.run(IS_DRAWN, canvas), canvas.get_attribute("aria-label"))
            dead = page.run("return [...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.getAttribute('href'))"
                            ".filter((href) => !document.getElementById(href.slice(1)))")
            self.assertEqual(dead, [])
            for link in page.run("return [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))"):
                self.assertTrue(link.startswith("#") or (path.parent / link).exists(), link)
            self.assertEqual([url for url in page.requests() if not url.startswith(("data:", path.as_uri()))], [])
            self.assertEqual([entry for entry in page.browser.get_log("browser")], [])
            self.assertLessEqual(page.run("return document.documentElement.scrollWidth"), how.get("size", DESK)[0])
            self.assertEqual(page.run("return [...document.querySelectorAll('table')].filter((t) => !t.caption || "
                                      "!t.querySelector('th[scope=col]') || !t.querySelector('th[scope=row]')).length"),
                                      0)
            return [section.get_attribute("id") for section in page.find("section")]

    def check_colours_follow_the_scheme(self, path):
        def colour(dark):
            with Page(path, dark=dark) as page:
                return page.run("return getComputedStyle(document.body).backgroundColor")
        self.assertNotEqual(colour(dark=True), colour(dark=False))

    def check_prints(self, path, least_bytes):
        """In light colours, with its charts."""
        with Page(path, dark=True) as page:
            pdf = page.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]
            self.assertGreater(len(pdf), least_bytes)
            page.run("window.dispatchEvent(new Event('beforeprint'))")
            card = page.run("return getComputedStyle(document.documentElement).getPropertyValue('--card').trim()")
            self.assertEqual(card, "#ffffff")

    def check_text_without_scripts(self, path, *texts):
        with Page(path, scripts=False) as page:
            for text in texts:
                self.assertIn(text, page.find("body")[0].text)

    def check_names_cannot_become_markup(self, path, name, section):
        folder = work() / ("names-" + path.stem)
        folder.mkdir()
        (folder / path.name).write_text(path.read_text().replace(name, "\\u003cimg src=x onerror=alert(1)>"))
        with Page(folder / path.name) as shown:
            self.assertEqual(shown.find("img"), [])
            self.assertIn("<img src=x", shown.find(section)[0].text)


class ReportTest(PageTest):
    def check_report(self, kind, **how):
        return self.check_page(report(kind) / "report.html", charts=5, **how)

    def test_without_training(self):
        sections = self.check_report("ptq")
        for name in ("result", "ladder", "blame", "next", "sites", "speed", "settings", "files", "time"):
            self.assertIn(name, sections)
        self.assertNotIn("training", sections)

    def test_with_training_has_its_curve(self):
        self.assertIn("training", self.check_report("qat"))

    def test_on_a_phone_and_in_the_dark(self):
        self.check_report("ptq", size=PHONE, dark=True)
        self.check_report("qat", size=PHONE)

    def test_colours_follow_the_scheme(self):
        self.check_colours_follow_the_scheme(report("ptq") / "report.html")

    def test_prints_in_light_colours_with_its_charts(self):
        self.check_prints(report("ptq") / "report.html", least_bytes=100000)

    def test_without_scripts_it_names_the_text_report(self):
        self.check_text_without_scripts(report("ptq") / "report.html", "times smaller", "report.md")

    def test_names_cannot_become_markup(self):
        self.check_names_cannot_become_markup(report("ptq") / "report.html", "layers.0.conv1", "#sites")


class SummaryTest(PageTest):
    def check_summary(self, **how):
        return self.check_page(batch() / "summary.html", charts=2, **how)

    def test_has_the_table_and_the_fronts(self):
        self.assertEqual(self.check_summary(), ["jobs", "latency", "size"])

    def test_on_a_phone_and_in_the_dark(self):
        self.check_summary(dark=True)
        self.check_summary(size=PHONE)

    def test_jobs_lead_to_their_reports(self):
        with Page(batch() / "summary.html") as page:
            page.find("#jobs tbody a")[0].click()
            self.assertIn("resnet8.pt in int8", page.browser.title)
            self.assertTrue(page.browser.current_url.endswith("/bits-weight-bits-8/report.html"))

    def test_without_points_it_says_why_there_is_no_chart(self):
        path = batch() / "few.html"
        path.write_text((batch() / "summary.html").read_text().replace('"latency_ms": ', '"latency": '))
        with Page(path) as page:
            self.assertIn("No chart, as no job has both top-1 and latency", page.find("#latency")[0].text)

    def test_colours_follow_the_scheme(self):
        self.check_colours_follow_the_scheme(batch() / "summary.html")

    def test_prints_in_light_colours_with_its_charts(self):
        self.check_prints(batch() / "summary.html", least_bytes=50000)

    def test_without_scripts_it_names_the_text(self):
        self.check_text_without_scripts(batch() / "summary.html", "4 jobs, all ok", "summary.md")

    def test_names_cannot_become_markup(self):
        self.check_names_cannot_become_markup(batch() / "summary.html", "bits-weight-bits-8", "#jobs")


if __name__ == "__main__":
    try:
        outcome = unittest.main(argv=sys.argv[:1] + sys.argv[2:], exit=False, verbosity=1)
    finally:
        shutil.rmtree(work(), ignore_errors=True)
    sys.exit(not outcome.result.wasSuccessful())
