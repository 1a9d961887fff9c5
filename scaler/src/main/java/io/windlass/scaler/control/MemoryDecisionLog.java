package io.windlass.scaler.control;

import io.windlass.scaler.decision.Memory;
import io.windlass.scaler.fleet.FleetId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A decision log that lives in this process; each fleet keeps its newest rows. */
public final class MemoryDecisionLog implements DecisionLog {
  private static final int KEPT = 1_000;

  private final Map<FleetId, TreeMap<Long, LoggedDecision>> rows = new HashMap<>();
  private final Map<FleetId, Memory> memories = new HashMap<>();

  @Override
  public synchronized void write(LoggedDecision row, Memory memory) {
    FleetId fleet = row.decision().fleet();
    TreeMap<Long, LoggedDecision> own = rows.computeIfAbsent(fleet, id -> new TreeMap<>());
    own.put(row.sequence(), row);
    if (own.size() > KEPT) {
      own.pollFirstEntry();
    }
    memories.put(fleet, memory);
  }

  @Override
  public synchronized Optional<Remembered> latest(FleetId fleet) {
    TreeMap<Long, LoggedDecision> own = rows.get(fleet);
    Memory memory = memories.get(fleet);
    return own == null || memory == null
        ? Optional.empty()
        : Optional.of(new Remembered(own.lastEntry().getValue(), memory));
  }

  @Override
  public synchronized List<LoggedDecision> recent(FleetId fleet, int limit) {
    TreeMap<Long, LoggedDecision> own = rows.get(fleet);
    return own == null
        ? List.of()
        : new ArrayList<>(own.descendingMap().values()).stream().limit(limit).toList();
  }
}
