# zsh_lines.zsh SCRIPT LINE...: types each line into a shell that has read the completion script, presses Tab, and
# prints what is on the screen then, a line each.
zmodload zsh/zpty
zpty shell zsh -f -i
say() { zpty -w shell "$1"; }
say "PS1=; unsetopt zle_bracketed_paste; stty cols 200; autoload -Uz compinit; compinit -u -D; source ${(q)1}"
say "print rea''dy"
zpty -r shell screen '*ready*'
shift
for line in "$@"; do
  zpty -w -n shell "$line"$'\t'
  sleep 0.5  # else the next keys would be taken for the end of a word that is being pasted
  zpty -w -n shell $'\C-a\C-kprint en\'\'d\n'
  zpty -r shell screen '*end*'
  print -r -- "${(V)screen}"
done
