package io.windlass.engine.image.jib;

import io.windlass.engine.image.Base;
import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageBuilder;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.registry.Push;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.ImageRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/**
 * Builds images with Jib's parts in this JVM.
 *
 * <p>Every image is assembled in the content store, also one for a registry, and sent from there.
 * So both targets share what was made before, an image has one digest wherever it goes, and a
 * keeper beside this server runs what was pushed without asking the registry.
 *
 * <p>Jib's own cache of layers is not used: its keys are paths and times, which say nothing about
 * content. Ours are content, so that a fresh clone of what was built before makes nothing, and
 * changed bytes under the same path and time are never taken for the old ones.
 */
public final class JibImageBuilder implements ImageBuilder {

  private final ContentStore store;
  private final Registries registries;
  private final ExecutorService executor;
  private final Layers layers;
  private final Assembly assembly;

  private JibImageBuilder(
      ContentStore store, Registries registries, ExecutorService executor, Staging staging) {
    this.store = store;
    this.registries = registries;
    this.executor = executor;
    this.layers = new Layers(store, staging);
    this.assembly = new Assembly(store);
  }

  /**
   * A builder over a store.
   *
   * @param staging a directory that no other process uses; it is emptied
   * @param executor reads files and moves blobs, several at once; one of virtual threads, which the
   *     caller closes
   */
  public static JibImageBuilder open(
      ContentStore store, Registries registries, Path staging, ExecutorService executor)
      throws ImageException {
    return new JibImageBuilder(store, registries, executor, Staging.open(staging));
  }

  @Override
  public BuiltImage build(ImagePlan plan, ImageName name, Tag commit)
      throws ImageException, InterruptedException {
    long began = System.nanoTime();
    try (ContentStore.Use _ = store.use()) {
      Optional<Assembly.Pinned> base = base(plan);
      String tagged = name + ":" + commit;
      ImageRecord built =
          switch (name) {
            case ImageName.InStore _ -> make(plan, tagged, base, layer -> {});
            case ImageName.InRegistry remote -> {
              try (Push push =
                  registries.push(remote, commit, base.map(Assembly.Pinned::reference))) {
                ImageRecord image =
                    make(plan, tagged, base, layer -> push.begin(new Digest(layer.digest())));
                push.finish(image);
                yield image;
              }
            }
          };
      return new BuiltImage(
          name + "@" + built.digest(),
          built.digest(),
          built.bytes(),
          Duration.ofNanos(System.nanoTime() - began),
          base.map(Assembly.Pinned::reference));
    } catch (ImageException e) {
      throw ContentStore.unlessInterrupted(e);
    }
  }

  /**
   * Makes an image in the store.
   *
   * @param ready is told of each layer as soon as it is in the store
   */
  private ImageRecord make(
      ImagePlan plan,
      String tagged,
      Optional<Assembly.Pinned> base,
      Consumer<ImageRecord.Layer> ready)
      throws ImageException, InterruptedException {
    base.ifPresent(pinned -> pinned.image().layers().forEach(ready));
    Content content = Content.read(plan, executor);
    List<ImageRecord.Layer> own = new ArrayList<>();
    for (ImagePlan.Layer layer : plan.layers()) {
      ImageRecord.Layer made = layers.get(layer, content);
      ready.accept(made);
      own.add(made);
    }
    return assembly.assemble(plan, tagged, base, own);
  }

  private Optional<Assembly.Pinned> base(ImagePlan plan)
      throws ImageException, InterruptedException {
    return switch (plan.base()) {
      case Base.Host _, Base.Scratch _ -> Optional.empty();
      case Base.FromRegistry from -> {
        ImageRecord image = registries.pull(from.reference(), plan.platform());
        String repository = Registries.repositoryOf(from.reference());
        yield Optional.of(new Assembly.Pinned(repository + "@" + image.digest(), image));
      }
    };
  }
}
