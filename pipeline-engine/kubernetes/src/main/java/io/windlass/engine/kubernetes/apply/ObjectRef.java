package io.windlass.engine.kubernetes.apply;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Names one object within a namespace. */
public record ObjectRef(String apiVersion, String kind, String name)
    implements Comparable<ObjectRef> {
  public static ObjectRef of(HasMetadata object) {
    return new ObjectRef(object.getApiVersion(), object.getKind(), object.getMetadata().getName());
  }

  @Override
  public int compareTo(ObjectRef other) {
    return toString().compareTo(other.toString());
  }

  /** As people say it: {@code Deployment shop-web}. */
  @Override
  public String toString() {
    return kind + " " + name;
  }
}
