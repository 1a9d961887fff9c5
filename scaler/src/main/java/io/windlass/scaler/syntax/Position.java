package io.windlass.scaler.syntax;

/**
 * A place in a file.
 *
 * @param file the name that the reader of a message knows the file by
 * @param line counted from 1
 * @param column counted from 1, in characters
 */
public record Position(String file, int line, int column) implements Comparable<Position> {

  @Override
  public int compareTo(Position other) {
    int byFile = file.compareTo(other.file);
    if (byFile != 0) {
      return byFile;
    }
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
