package io.windlass.engine.image.jib;

import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.api.buildplan.Port;
import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.image.Image;
import com.google.cloud.tools.jib.image.LayerCountMismatchException;
import com.google.cloud.tools.jib.image.LayerPropertyNotFoundException;
import com.google.cloud.tools.jib.image.ReferenceLayer;
import com.google.cloud.tools.jib.image.json.BadContainerConfigurationFormatException;
import com.google.cloud.tools.jib.image.json.ContainerConfigurationTemplate;
import com.google.cloud.tools.jib.image.json.HistoryEntry;
import com.google.cloud.tools.jib.image.json.ImageToJsonTranslator;
import com.google.cloud.tools.jib.image.json.JsonToImageTranslator;
import com.google.cloud.tools.jib.image.json.OciManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.ImageRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.security.DigestException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Configuration and manifest of an image, as Jib writes them. */
final class Assembly {

  private final ContentStore store;

  Assembly(ContentStore store) {
    this.store = store;
  }

  /** A base by digest: {@code name@sha256:...}, and its parts. */
  record Pinned(String reference, ImageRecord image) {}

  /** Makes the image in the store, manifest included. */
  ImageRecord assemble(
      ImagePlan plan, String name, Optional<Pinned> base, List<ImageRecord.Layer> own)
      throws ImageException {
    try {
      Image image = image(plan, base, own);
      ImageToJsonTranslator json = new ImageToJsonTranslator(image);
      byte[] config = JsonTemplateMapper.toByteArray(json.getContainerConfiguration());
      Digest configDigest = store.put(config);
      byte[] manifest =
          JsonTemplateMapper.toByteArray(
              json.getManifestTemplate(
                  OciManifestTemplate.class,
                  new BlobDescriptor(config.length, jib(configDigest.text()))));
      Digest digest = store.put(manifest);
      List<ImageRecord.Layer> layers = new ArrayList<>();
      base.ifPresent(pinned -> layers.addAll(pinned.image().layers()));
      layers.addAll(own);
      ImageRecord record = new ImageRecord(digest.text(), name, configDigest.text(), layers);
      store.add(record);
      return record;
    } catch (IOException | LayerPropertyNotFoundException e) {
      throw new ImageException(Kind.BROKEN, "Tried to write an image's manifest but " + e, e);
    }
  }

  private Image image(ImagePlan plan, Optional<Pinned> base, List<ImageRecord.Layer> own)
      throws ImageException, IOException, LayerPropertyNotFoundException {
    Image.Builder image =
        Image.builder(OciManifestTemplate.class)
            .setCreated(Instant.EPOCH)
            .setOs(plan.platform().os())
            .setArchitecture(plan.platform().architecture());
    if (base.isPresent()) {
      addBase(image, base.get(), plan);
    }
    for (int i = 0; i < own.size(); i++) {
      image.addLayer(layer(own.get(i)));
      image.addHistory(history(plan.layers().get(i).name()));
    }
    image.addEnvironment(plan.env()).addLabels(plan.labels()).setWorkingDirectory(plan.workdir());
    if (!plan.entrypoint().isEmpty()) {
      image.setEntrypoint(plan.entrypoint()).setProgramArguments(List.of());
    }
    plan.user().ifPresent(image::setUser);
    image.addExposedPorts(plan.ports().stream().map(Port::tcp).collect(Collectors.toSet()));
    return image.build();
  }

  /** What the image inherits: layers, and settings where the plan has none of its own. */
  private void addBase(Image.Builder image, Pinned pinned, ImagePlan plan)
      throws ImageException, IOException, LayerPropertyNotFoundException {
    Image base = parse(pinned);
    base.getLayers().forEach(layer -> addLayer(image, layer));
    boolean told =
        base.getHistory().stream().filter(HistoryEntry::hasCorrespondingLayer).count()
            == base.getLayers().size();
    if (told) {
      base.getHistory().forEach(image::addHistory);
    } else {
      base.getLayers().forEach(layer -> image.addHistory(history("base")));
    }
    image
        .setOs(base.getOs())
        .setArchitecture(base.getArchitecture())
        .addEnvironment(base.getEnvironment())
        .addLabels(base.getLabels())
        .addLabel("org.opencontainers.image.base.digest", pinned.image().digest())
        .addLabel("org.opencontainers.image.base.name", pinned.image().name())
        .addExposedPorts(base.getExposedPorts())
        .addVolumes(base.getVolumes())
        .setUser(base.getUser());
    if (plan.entrypoint().isEmpty()) {
      image.setEntrypoint(base.getEntrypoint()).setProgramArguments(base.getProgramArguments());
    }
  }

  private Image parse(Pinned pinned) throws ImageException, IOException {
    OciManifestTemplate manifest = new OciManifestTemplate();
    Digest config = new Digest(pinned.image().config());
    manifest.setContainerConfiguration(Files.size(store.blob(config)), jib(config.text()));
    for (ImageRecord.Layer layer : pinned.image().layers()) {
      if (!layer.mediaType().endsWith("gzip")) {
        throw ImageException.badPlan(
            "build on \"" + pinned.reference() + "\"",
            "a layer of it is \"" + layer.mediaType() + "\" and we can build on gzip only",
            "choose another base");
      }
      manifest.addLayer(layer.bytes(), jib(layer.digest()));
    }
    try {
      return JsonToImageTranslator.toImage(
          manifest,
          JsonTemplateMapper.readJson(
              Files.readAllBytes(store.blob(config)), ContainerConfigurationTemplate.class));
    } catch (LayerCountMismatchException
        | LayerPropertyNotFoundException
        | BadContainerConfigurationFormatException e) {
      throw new ImageException(
          Kind.BAD_CONTENT,
          "Tried to build on \"%s\" but its configuration makes no sense; choose another base"
              .formatted(pinned.reference()),
          e);
    }
  }

  private static void addLayer(Image.Builder image, com.google.cloud.tools.jib.image.Layer layer) {
    try {
      image.addLayer(layer);
    } catch (LayerPropertyNotFoundException e) {
      throw new IllegalStateException("a layer that was read has all its properties", e);
    }
  }

  private static ReferenceLayer layer(ImageRecord.Layer layer) {
    return new ReferenceLayer(
        new BlobDescriptor(layer.bytes(), jib(layer.digest())), jib(layer.diffId()));
  }

  private static HistoryEntry history(String what) {
    return HistoryEntry.builder()
        .setCreationTimestamp(Instant.EPOCH)
        .setCreatedBy("windlass " + what)
        .build();
  }

  private static DescriptorDigest jib(String digest) {
    try {
      return DescriptorDigest.fromDigest(digest);
    } catch (DigestException e) {
      throw new IllegalStateException("both have one form", e);
    }
  }
}
