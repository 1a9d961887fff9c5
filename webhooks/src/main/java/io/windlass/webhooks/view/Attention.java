package io.windlass.webhooks.view;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that a person should look at.
 *
 * @param address where to look
 * @param why in a sentence
 * @param since when it began, where that is known
 */
public record Attention(
    Mark mark, String what, String address, String why, Optional<Instant> since) {}
