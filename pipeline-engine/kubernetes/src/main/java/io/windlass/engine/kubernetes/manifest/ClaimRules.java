package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import io.windlass.engine.kubernetes.workload.Storage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a claim may say, where the operator lets repositories bring some: it begins empty, is of a
 * class that the operator gives volumes, and as large as one may be.
 */
final class ClaimRules {
  private static final Set<String> SPEC =
      Set.of("accessModes", "resources", "storageClassName", "volumeMode");

  private ClaimRules() {}

  static void check(JsonNode spec, String path, Terms terms, Findings findings) {
    // A copy of a claim, or a volume by its name, could be another environment's.
    findings.only(spec, path, SPEC, "; a claim of a repository begins empty");
    if (terms.storage().isEmpty()) {
      findings.say(path, "needs a target whose operator has said what storage there is");
      return;
    }
    size(spec, path, terms.storage().get(), findings);
    storageClass(spec, path, terms.storage().get(), findings);
  }

  private static void size(JsonNode spec, String path, Storage storage, Findings findings) {
    String at = path + ".resources.requests.storage";
    String asked = spec.path("resources").path("requests").path("storage").asText();
    Optional<BigDecimal> bytes = bytes(asked);
    if (bytes.isEmpty() || bytes.get().signum() <= 0) {
      findings.say(at, "is \"" + asked + "\", and no size");
    } else if (bytes.get().compareTo(BigDecimal.valueOf(storage.mostBytes())) > 0) {
      findings.say(
          at,
          "is %s and the target gives a volume at most %d bytes; ask for less, or let the operator raise storage.max-size"
              .formatted(asked, storage.mostBytes()));
    }
  }

  private static Optional<BigDecimal> bytes(String size) {
    try {
      return Optional.of(new Quantity(size).getNumericalAmount());
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static void storageClass(JsonNode spec, String path, Storage storage, Findings findings) {
    List<String> given =
        Stream.of(storage.storageClass(), storage.sharedClass())
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    JsonNode asked = spec.path("storageClassName");
    boolean none = asked.isMissingNode() || asked.isNull();
    // Without a name it is of the cluster's default class.
    boolean granted = none ? storage.storageClass().isEmpty() : given.contains(asked.asText());
    if (!granted) {
      findings.say(
          path + ".storageClassName",
          (none ? "is missing" : "is \"" + asked.asText() + "\"")
              + (given.isEmpty()
                  ? "; leave it out, the target has the cluster's default"
                  : "; the target has " + String.join(" and ", given)));
    }
  }
}
