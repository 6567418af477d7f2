"""English words whose forms no stemmer brings together: "slept" is found by "sleep", "children" by "child".

Left out are forms that are more often another word: "left", "felt", "ground", "wound", "bore", "lay", "bit".
"""

from __future__ import annotations

_FORMS = """
build built; buy bought; sell sold; tell told; teach taught; bring brought; catch caught; fight fought; seek
sought; pay paid; say said; make made; hold held; keep kept; sleep slept; meet met; lead led; send sent; spend
spent; lend lent; lose lost; win won; write wrote written; take took taken; give gave given; begin began begun;
break broke broken; choose chose chosen; drive drove driven; grow grew grown; know knew known; rise rose risen;
run ran; go went gone; come came; become became; fall fell fallen; fly flew flown; speak spoke spoken; steal
stole stolen; draw drew drawn; show shown; throw threw thrown; wear wore worn; swear swore sworn; eat ate eaten;
sing sang sung; sink sank sunk; swim swam swum; understand understood; stand stood; arise arose arisen; forbid
forbade forbidden; forget forgot forgotten; hide hid hidden; ride rode ridden; shake shook shaken; shoot shot;
sit sat; strike struck; sweep swept; weep wept; creep crept; deal dealt; mean meant; breed bred; flee
fled; bleed bled; see seen saw; find found; get got gotten; withdraw withdrew withdrawn; undertake undertook
undertaken; overcome overcame; think thought; bind bound; hang hung; swing swung; stick stuck; dig dug; spin
spun; slide slid; light lit; freeze froze frozen; wake woke woken; bite bitten; beat beaten; mistake mistook
mistaken; man men; woman women; child children; foot feet; tooth teeth; mouse mice
"""
BASE = {form: base for base, *forms in map(str.split, _FORMS.split(";")) for form in forms}
"""Form → the word that it is a form of."""
