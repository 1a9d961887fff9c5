package io.windlass.webhooks.api;

/** The answer to a request that was taken: what is done, in words. */
public record Message(String message) {}
