package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.Offer;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendering;
import io.windlass.engine.manifest.ManifestTexts;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.rollout.Drawn;
import io.windlass.engine.rollout.RolloutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Objects that repositories bring to a target. Thread-safe. */
public final class Manifests {
  private final Texts texts;
  private final Tools tools;

  public Manifests(Texts texts, Tools tools) {
    this.texts = texts;
    this.tools = tools;
  }

  /** What the cluster offers that objects are drawn for. */
  @FunctionalInterface
  public interface Offers {
    Offer ask() throws ClusterException;
  }

  /**
   * See {@link io.windlass.engine.rollout.RolloutTarget#draw}.
   *
   * @param cluster is asked only where a chart could make a difference of it
   */
  public Drawn draw(
      EnvironmentId environment,
      ManifestSpec manifests,
      Path tree,
      Placement placement,
      Offers cluster)
      throws RolloutException, ClusterException, InterruptedException {
    Drawing drawing =
        switch (manifests) {
          case ManifestSpec.Plain plain -> PlainFiles.read(plain, tree);
          case ManifestSpec.Kustomize kustomize -> tools.kustomize(kustomize, tree);
          case ManifestSpec.Helm helm ->
              tools.helm(environment, helm, tree, placement.namespace(), cluster);
        };
    return switch (drawing) {
      case Drawing.Failed(var problems) -> refused(problems);
      case Drawing.Text(var text, var _) when text.length() > ManifestTexts.MOST_BYTES ->
          new Drawn.Refused(
              "the manifests have %d characters, and %d bytes are taken; put what is large into the image"
                  .formatted(text.length(), ManifestTexts.MOST_BYTES));
      case Drawing.Text(var text, var tool) -> {
        Documents read = Documents.read(manifests.key(), text);
        List<String> problems = new ArrayList<>(read.problems());
        if (problems.isEmpty() && read.objects().isEmpty()) {
          problems.add("\"" + manifests.key() + "\" makes no objects");
        }
        problems.addAll(ObjectRules.check(read.objects(), Terms.of(environment, placement)));
        yield problems.isEmpty()
            ? new Drawn.Made(text, tool, TrafficRules.hosts(read.objects()))
            : refused(problems);
      }
    };
  }

  private static Drawn refused(List<String> problems) {
    return new Drawn.Refused(String.join("\n", readable(problems)));
  }

  private static List<String> readable(List<String> problems) {
    if (problems.size() <= Documents.MOST_PROBLEMS) {
      return problems;
    }
    List<String> first = new ArrayList<>(problems.subList(0, Documents.MOST_PROBLEMS));
    first.add("and " + (problems.size() - first.size()) + " more problems");
    return first;
  }

  /** What a release that brings manifests is made of. */
  public Rendering render(Release release, ManifestRef manifests, Placement placement) {
    Optional<String> text = texts.find(manifests);
    if (text.isEmpty()) {
      return new Rendering.Refused(
          List.of(
              "The manifests of %s are not kept any more; deploy its commit again"
                  .formatted(release.id())));
    }
    Documents read = Documents.read("the manifests", text.get());
    List<String> problems = new ArrayList<>(read.problems());
    // Again, since the operator may have changed what is allowed.
    problems.addAll(ObjectRules.check(read.objects(), Terms.of(release.environment(), placement)));
    return problems.isEmpty()
        ? Assembly.of(release, placement, read.objects())
        : new Rendering.Refused(readable(problems));
  }
}
