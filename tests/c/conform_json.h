/* Writes compact JSON to standard output: the pieces that the answers of conform.c are made of. */

#ifndef CONFORM_JSON_H
#define CONFORM_JSON_H

#include <stdio.h>

#include <countersign.h>

static void put(const char *text)
{
    fputs(text, stdout);
}

/* The letter behind the backslash of a short escape, or 0. */
static char short_escape(unsigned char byte)
{
    switch (byte) {
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '"':
    case '\\':
        return (char)byte;
    default:
        return 0;
    }
}

static void put_string(countersign_str text)
{
    size_t at;

    putchar('"');
    for (at = 0; at < text.len; at++) {
        unsigned char byte = (unsigned char)text.data[at];

        if (short_escape(byte)) {
            putchar('\\');
            putchar(short_escape(byte));
        } else if (byte < 0x20) {
            printf("\\u%04x", byte);
        } else {
            putchar(byte);
        }
    }
    putchar('"');
}

static void put_member(const char *name)
{
    printf(",\"%s\":", name);
}

static void put_text(const char *name, countersign_str text)
{
    put_member(name);
    put_string(text);
}

static void put_text_or_null(const char *name, countersign_str text)
{
    put_member(name);
    if (text.data) {
        put_string(text);
    } else {
        put("null");
    }
}

static void put_json_or_null(const char *name, countersign_str json)
{
    put_member(name);
    if (json.data) {
        fwrite(json.data, 1, json.len, stdout);
    } else {
        put("null");
    }
}

/* JSON as it was signed, white space outside strings removed. */
static void put_compact(countersign_str json)
{
    int inside = 0, escaped = 0;
    size_t at;

    for (at = 0; at < json.len; at++) {
        char byte = json.data[at];

        if (inside) {
            inside = escaped || byte != '"';
            escaped = !escaped && byte == '\\';
        } else if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
            continue;
        } else {
            inside = byte == '"';
        }
        putchar(byte);
    }
}

static void put_base64(countersign_str bytes)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t at;

    putchar('"');
    for (at = 0; at < bytes.len; at += 3) {
        size_t left = bytes.len - at;
        unsigned long word = (unsigned long)(unsigned char)bytes.data[at] << 16;

        word |= left > 1 ? (unsigned long)(unsigned char)bytes.data[at + 1] << 8 : 0;
        word |= left > 2 ? (unsigned long)(unsigned char)bytes.data[at + 2] : 0;
        putchar(letters[word >> 18 & 63]);
        putchar(letters[word >> 12 & 63]);
        putchar(left > 1 ? letters[word >> 6 & 63] : '=');
        putchar(left > 2 ? letters[word & 63] : '=');
    }
    putchar('"');
}

#endif
