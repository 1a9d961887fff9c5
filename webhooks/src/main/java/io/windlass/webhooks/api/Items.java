package io.windlass.webhooks.api;

import java.util.List;

/** A list in an answer; an object, so that it can be given more properties. */
record Items<T>(List<T> items) {}
