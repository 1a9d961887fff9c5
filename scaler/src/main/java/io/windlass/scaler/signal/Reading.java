package io.windlass.scaler.signal;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a source says to one query. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Reading.PerReplica.class, name = "per-replica"),
  @JsonSubTypes.Type(value = Reading.Total.class, name = "total"),
  @JsonSubTypes.Type(value = Reading.Missing.class, name = "missing")
})
public sealed interface Reading {
  SignalQuery query();

  /**
   * A sample for each replica that has one, by replica id. Replicas without are left out, never
   * zero: how many are covered is judged by who knows the fleet.
   *
   * @param partial the source itself says that its answer is incomplete
   * @param notes what a user should know of this reading, as a clock that differs
   */
  record PerReplica(
      SignalQuery query, Map<String, Sample> samples, boolean partial, List<String> notes)
      implements Reading {
    public PerReplica {
      // Sorted, so that the same samples make the same decision and the same text.
      samples = Collections.unmodifiableMap(new TreeMap<>(samples));
      notes = List.copyOf(notes);
    }
  }

  /**
   * One number for the whole fleet.
   *
   * @param members when each replica that the number rests on was last sampled, by replica id;
   *     empty where the source cannot tell, as for a queue's depth
   * @param partial the source itself says that its answer is incomplete
   */
  record Total(
      SignalQuery query,
      Sample sample,
      Map<String, Instant> members,
      boolean partial,
      List<String> notes)
      implements Reading {
    public Total {
      members = Collections.unmodifiableMap(new TreeMap<>(members));
      notes = List.copyOf(notes);
    }
  }

  /**
   * No data: nothing came back, or it was not a number, or the source failed.
   *
   * @param reason in words that a user reads, beginning in lower case
   */
  record Missing(SignalQuery query, String reason) implements Reading {}
}
