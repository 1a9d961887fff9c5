package io.windlass.engine.kubernetes.part;

import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Disks that claims of one class can have, and that grow on demand. Nothing is kept on them. */
public final class Disks implements AutoCloseable {
  private static final String SIZE = "50Gi";

  private final KubernetesClient client;
  private final String name;
  private final int count;

  private Disks(KubernetesClient client, String name, int count) {
    this.client = client;
    this.name = name;
    this.count = count;
  }

  /**
   * Makes them.
   *
   * @param name of the class, no other test's
   */
  public static Disks make(KubernetesClient client, String name, int count) {
    client
        .resource(
            new StorageClassBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withProvisioner("kubernetes.io/no-provisioner")
                .withAllowVolumeExpansion(true)
                .build())
        .create();
    for (int i = 0; i < count; i++) {
      client
          .resource(
              new PersistentVolumeBuilder()
                  .withNewMetadata()
                  .withName(name + "-" + i)
                  .endMetadata()
                  .withNewSpec()
                  .withStorageClassName(name)
                  .addToCapacity("storage", new Quantity(SIZE))
                  .withAccessModes("ReadWriteOnce", "ReadWriteMany")
                  .withPersistentVolumeReclaimPolicy("Retain")
                  .withNewHostPath()
                  .withPath("/nowhere")
                  .endHostPath()
                  .endSpec()
                  .build())
          .create();
    }
    return new Disks(client, name, count);
  }

  public String storageClass() {
    return name;
  }

  @Override
  public void close() {
    for (int i = 0; i < count; i++) {
      client.persistentVolumes().withName(name + "-" + i).delete();
    }
    client.storage().v1().storageClasses().withName(name).delete();
  }
}
