/* screens.h - screens as text. One line of a table is one screen; its text is tests/golden/NAME.txt
 * and its attributes NAME.attr (golden.h), in two files so that a change of colours does not hide a
 * change of place. */
#ifndef VMTAX_TESTS_UNIT_SCREENS_H
#define VMTAX_TESTS_UNIT_SCREENS_H

#include "tests/fixture_board.h"
#include "ui/scene.h"

#define ASCII   GLYPHS_ASCII
#define BLOCK   GLYPHS_BLOCK
#define BRAILLE GLYPHS_BRAILLE

struct golden_screen {
    const char *panel; /* id; "" = none, for what surrounds the panels */
    int w, h;
    enum glyph_set glyphs;
    void (*fixture)(struct snapshot *s);
    const char *scenario; /* last part of the name */
    void (*set)(struct scene *scene, struct view *view);
};

/* For cmocka's group: no screen depends on where and when it is drawn. */
int screens_set_up(void **state);

/* How many screens are not as they were. */
size_t screens_differ(const struct golden_screen *screens, size_t count);
/* The same of a panel in every size and with each set of signs, of much, little and nothing; and
 * with a virtual machine and an emulated one, if wished. */
size_t screens_differ_of_panel(const char *panel, bool with_machines);

/* Of several tables: what the user has set, */
void idle(struct scene *scene, struct view *view);
void paper_marks(struct scene *scene, struct view *view);
void other_view(struct scene *scene, struct view *view);
void all_processors(struct scene *scene, struct view *view);
void last_target(struct scene *scene, struct view *view);
void expanded(struct scene *scene, struct view *view);
void older_row(struct scene *scene, struct view *view);
/* and what there is to see. */
void fixture_preparing(struct snapshot *s);
void fixture_looking(struct snapshot *s);

#endif
