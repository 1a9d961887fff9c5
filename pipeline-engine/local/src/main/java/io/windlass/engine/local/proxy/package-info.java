/**
 * The keeper's reverse proxy: the way in for everybody who uses what this machine runs.
 *
 * <p>It knows {@link io.windlass.engine.local.proxy.Route routes} (a host and a path prefix) and,
 * behind each, the replicas that may answer. The keeper replaces the whole table at once, as often
 * as it likes; a request that is under way keeps the replica it was given. Before a replica is
 * stopped the keeper asks for it to be {@linkplain io.windlass.engine.local.proxy.Proxy#drain
 * drained}.
 *
 * <p>The proxy decides nothing about replicas: it does not start, stop or probe them. What it sees
 * on the way (requests, bytes, errors, latency, who refuses connections) it counts, for the scaler
 * and for the pages.
 *
 * <p>Built on Jetty's own {@code ProxyHandler}: one Jetty server and one Jetty client in the
 * keeper's process, asynchronous throughout, so that an open request costs no thread.
 */
@NullMarked
package io.windlass.engine.local.proxy;

import org.jspecify.annotations.NullMarked;
