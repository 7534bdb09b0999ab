/* Reads the binary form of the cases from standard input; what is read lives until the case is answered. */

#ifndef CONFORM_WIRE_H
#define CONFORM_WIRE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <countersign.h>

static void give_up(const char *why)
{
    fprintf(stderr, "conform: %s\n", why);
    exit(2);
}

enum { MANY = 4096 };

/* What was read of one case; freed with the case. */
static void *taken[MANY * 4];
static size_t taken_count;

static void *take(size_t size)
{
    void *memory = malloc(size ? size : 1);

    if (!memory || taken_count == sizeof taken / sizeof taken[0]) {
        give_up("out of memory");
    }
    taken[taken_count++] = memory;
    return memory;
}

static void read_exactly(void *to, size_t size)
{
    if (fread(to, 1, size, stdin) != size) {
        give_up("the input ends within a case");
    }
}

static uint32_t read_u32(void)
{
    uint32_t number;

    read_exactly(&number, sizeof number);
    return number;
}

static countersign_str read_str(void)
{
    countersign_str text = {NULL, 0};
    uint32_t len = read_u32();

    if (len != UINT32_MAX) {
        char *memory = take(len);

        read_exactly(memory, len);
        text.data = memory;
        text.len = len;
    }
    return text;
}

static countersign_str *read_strs(uint32_t *count)
{
    countersign_str *list;
    uint32_t at;

    *count = read_u32();
    list = take(*count * sizeof *list);
    for (at = 0; at < *count; at++) {
        list[at] = read_str();
    }
    return list;
}

static countersign_field *read_fields(uint32_t *count)
{
    countersign_field *list;
    uint32_t at;

    *count = read_u32();
    list = take(*count * sizeof *list);
    for (at = 0; at < *count; at++) {
        list[at].name = read_str();
        list[at].value = read_str();
    }
    return list;
}

#endif
