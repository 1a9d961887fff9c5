package io.windlass.engine.local.proxy;

import io.windlass.scaler.fleet.Share;

/**
 * How a route's requests are divided between a release and all others of its fleet: each request by
 * a lot of its own, tunnels as well. A request whose side has no replica that takes it goes to the
 * other side.
 *
 * @param share of the requests that go to {@code release}
 */
public record Weight(String release, Share share) {

  /**
   * Whether the release is asked first.
   *
   * @param lot of the request, from 0 to less than 1
   */
  boolean favours(double lot) {
    return lot < share.fraction();
  }
}
