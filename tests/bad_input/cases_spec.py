"""`--data` itself: what is wrong with the text."""
from harness import Case


def cases(shop):
    good = shop.data
    wrong = [("idx", "no kind"), ("/some/folder", "no kind"), (":/some/folder", "kind of data"), ("idx:", "no path"),
             ("idxx:/some/folder", "did you mean 'idx'"), ("IDX:/some/folder", "idx"), (f"{good},", "no '='"),
             (f"{good},limit", "no '='"), (f"{good},limit=", "no value"), (f"{good},limit=abc", "'abc'"),
             (f"{good},limit=0", "zero samples"), (f"{good},limit=-3", "-3"), (f"{good},limit=1.5", "1.5"),
             (f"{good},limit=99999999999999999999", "limit"), (f"{good},limt=3", "did you mean 'limit'"),
             (f"{good},limit=3,limit=4", "twice"), (f"{good},split=valid", "train, test"),
             (f"{good},mean=dark", "'dark'"),
             (f"{good},mean=nan", "nan"), (f"{good},std=0", "positive"), (f"{good},std=-1", "positive"),
             (f"{good},std=1e999", "1e999"), (f"{good},mean=0.1/0.2/0.3", "3"), (f"{good},resize=0", "resize"),
             (f"{good},crop=99999", "crop"), (f"{good},crop=64", "64"), (f"{good},seed=1", "seed"),
             ("random:", "no path"), ("random:axb", "axb"), ("random:0x3", "0x3"), ("random:1x28x28x", "1x28x28x"),
             ("random:99999999x99999999", "99999999"), ("random:1x28x28,samples=0", "zero samples"),
             ("random:1x28x28,split=test", "split")]
    return [Case(f"--data {text.replace(str(shop.folder), '')}", shop.ptq(data=text), says=(says,),
                 parts=("expected", "do"))
            for text, says in wrong]
