package io.windlass.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.repository.RepositoryEvent.Difference;
import io.windlass.engine.repository.RepositoryEvent.HeadsObserved;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadsLookTest {
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);

  private static HeadsObserved compare(
      Map<String, HeadTable.Known> known, Map<String, String> there) {
    return (HeadsObserved) HeadsLook.compare(known, there, Optional.of("refs/heads/main"));
  }

  @Test
  void onlyWhatDiffersIsTold() {
    var known =
        Map.of(
            "refs/heads/gone", new HeadTable.Known(4, A),
            "refs/heads/main", new HeadTable.Known(2, A),
            "refs/heads/moved", new HeadTable.Known(3, A));
    var there = Map.of("refs/heads/main", A, "refs/heads/moved", B, "refs/tags/new", B);

    assertThat(compare(known, there))
        .isEqualTo(
            new HeadsObserved(
                java.util.List.of(
                    new Difference("refs/heads/gone", Optional.of(4L), Optional.empty()),
                    new Difference("refs/heads/moved", Optional.of(3L), Optional.of(B)),
                    new Difference("refs/tags/new", Optional.empty(), Optional.of(B))),
                true,
                Optional.of("refs/heads/main"),
                Optional.empty()));
  }

  @Test
  void manyDifferencesAreToldInParts() {
    Map<String, String> there = new HashMap<>();
    for (int i = 0; i <= HeadsLook.AT_A_TIME; i++) {
      there.put("refs/heads/b" + i, A);
    }

    HeadsObserved part = compare(Map.of(), there);

    assertThat(part.whole()).isFalse();
    assertThat(part.differences()).hasSize(HeadsLook.AT_A_TIME);
  }

  @Test
  void moreRefsThanAreComparedAreAProblemAndTouchNothingOfTheirKind() {
    Map<String, String> there = new HashMap<>();
    for (int i = 0; i <= HeadsLook.MOST_REFS; i++) {
      there.put("refs/tags/t" + i, A);
    }
    there.put("refs/heads/main", A);

    HeadsObserved observed = compare(Map.of("refs/tags/gone", new HeadTable.Known(1, A)), there);

    assertThat(observed.differences()).extracting(Difference::ref).containsOnly("refs/heads/main");
    assertThat(observed.problem())
        .hasValueSatisfying(why -> assertThat(why).contains("20001 refs under refs/tags/"));
  }
}
