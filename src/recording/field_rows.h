/* field_rows.h - short names for the rows of field tables (fields.h), for the files that consist of
 * such tables. where: what a macro of theirs makes of a member: struct, member, key. */
#ifndef VMTAX_RECORDING_FIELD_ROWS_H
#define VMTAX_RECORDING_FIELD_ROWS_H

#include "recording/fields.h"

#define COUNT_MAX           (UINT64_C(1) << 53)

#define ROW(type, where)    FIELD_ROW(type, where)
#define INDEX(where, max)   FIELD_UP_TO(FIELD_INDEX, where, max)
#define BOOL(where)         FIELD_ROW(FIELD_BOOL, where)
#define TEXT(where)         FIELD_ROW(FIELD_TEXT, where)
#define NUMBER(where)       FIELD_ROW(FIELD_NUMBER, where)
#define NUMBERS(where)      FIELD_ROW(FIELD_NUMBERS, where)
#define COUNT(where)        FIELD_UP_TO(FIELD_COUNT, where, COUNT_MAX)
#define UP_TO(where, max)   FIELD_UP_TO(FIELD_COUNT, where, max)
#define FLAGS(where)        FIELD_UP_TO(FIELD_COUNT, where, UINT32_MAX)
#define ONE_OF(where, name) FIELD_ONE_OF(where, name)
/* clang-format off */
#define END                 {NULL, FIELD_BOOL, 0, 0, 0, NULL}
/* clang-format on */

#endif
