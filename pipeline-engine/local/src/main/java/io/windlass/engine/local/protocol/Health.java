package io.windlass.engine.local.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.Optional;

/** How the keeper learns that a replica is well. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Health.None.class, name = "none"),
  @JsonSubTypes.Type(value = Health.Http.class, name = "http")
})
public sealed interface Health {
  /** A process that runs is ready. */
  record None() implements Health {}

  /**
   * Asked at the replica's own port.
   *
   * @param ready path that answers 2xx while the replica may get traffic; empty: an open port is
   *     enough
   * @param live path that answers 2xx while the replica need not be restarted; empty: a running
   *     process is enough
   * @param interval between two looks at a replica that has been ready
   * @param startup how long a new replica may take until it is first ready
   */
  record Http(Optional<String> ready, Optional<String> live, Duration interval, Duration startup)
      implements Health {}
}
