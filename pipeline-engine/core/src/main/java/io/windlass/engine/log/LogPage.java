package io.windlass.engine.log;

/**
 * A piece of a log.
 *
 * @param from the offset of its first byte
 * @param next the offset at which to go on
 * @param text what stands there; bytes that are no UTF-8 are replaced
 * @param end whether there was no more when it was read
 */
public record LogPage(long from, long next, String text, boolean end) {}
