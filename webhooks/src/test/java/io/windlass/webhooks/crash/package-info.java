/**
 * The whole product under the worst treatment: a real server and a real keeper as processes of
 * their own, real pushes by signed webhooks, real replicas with real requests, and {@code kill -9}
 * at seeded moments. What is believed is what an outsider sees: answers of the hook, the API, the
 * logs that steps left, processes of the machine, and the application behind the proxy.
 */
@NullMarked
package io.windlass.webhooks.crash;

import org.jspecify.annotations.NullMarked;
