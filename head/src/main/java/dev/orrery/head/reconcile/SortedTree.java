package dev.orrery.head.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A sorted map that never changes: each change gives another one, which shares all but a path with the one before. An AVL
 * tree.
 */
final class SortedTree<K extends Comparable<K>, V> {
    private record Node<K, V>(K key, V value, Node<K, V> left, Node<K, V> right, int height) {}

    private final Node<K, V> root;
    private final int size;

    private SortedTree(Node<K, V> root, int size) {
        this.root = root;
        this.size = size;
    }

    static <K extends Comparable<K>, V> SortedTree<K, V> empty() {
        return new SortedTree<>(null, 0);
    }

    int size() {
        return size;
    }

    /** Null when there is none. */
    V get(K key) {
        Node<K, V> at = root;
        while (at != null) {
            int side = key.compareTo(at.key());
            if (side == 0) {
                return at.value();
            }
            at = side < 0 ? at.left() : at.right();
        }
        return null;
    }

    SortedTree<K, V> with(K key, V value) {
        return new SortedTree<>(put(root, key, value), get(key) == null ? size + 1 : size);
    }

    SortedTree<K, V> without(K key) {
        return get(key) == null ? this : new SortedTree<>(remove(root, key), size - 1);
    }

    /** In the order of their keys. */
    List<V> values() {
        List<V> all = new ArrayList<>(size);
        visit(root, null, null, all::add);
        return all;
    }

    /** Those from {@code first} on and before {@code end}. */
    List<V> values(K first, K end) {
        List<V> some = new ArrayList<>();
        visit(root, first, end, some::add);
        return some;
    }

    private static <K extends Comparable<K>, V> void visit(Node<K, V> node, K first, K end, Consumer<V> visitor) {
        if (node == null) {
            return;
        }
        boolean after = first == null || node.key().compareTo(first) >= 0;
        boolean before = end == null || node.key().compareTo(end) < 0;
        if (after) {
            visit(node.left(), first, end, visitor);
        }
        if (after && before) {
            visitor.accept(node.value());
        }
        if (before) {
            visit(node.right(), first, end, visitor);
        }
    }

    private static <K extends Comparable<K>, V> Node<K, V> put(Node<K, V> node, K key, V value) {
        if (node == null) {
            return new Node<>(key, value, null, null, 1);
        }
        int side = key.compareTo(node.key());
        if (side == 0) {
            return new Node<>(key, value, node.left(), node.right(), node.height());
        }
        return side < 0
                ? balanced(node, put(node.left(), key, value), node.right())
                : balanced(node, node.left(), put(node.right(), key, value));
    }

    private static <K extends Comparable<K>, V> Node<K, V> remove(Node<K, V> node, K key) {
        int side = key.compareTo(node.key());
        if (side < 0) {
            return balanced(node, remove(node.left(), key), node.right());
        }
        if (side > 0) {
            return balanced(node, node.left(), remove(node.right(), key));
        }
        if (node.left() == null) {
            return node.right();
        }
        if (node.right() == null) {
            return node.left();
        }
        Node<K, V> next = node.right();
        while (next.left() != null) {
            next = next.left();
        }
        return balanced(next, node.left(), remove(node.right(), next.key()));
    }

    /** The entry of {@code node} above two trees whose heights differ by at most two. */
    private static <K, V> Node<K, V> balanced(Node<K, V> node, Node<K, V> left, Node<K, V> right) {
        int lean = height(left) - height(right);
        if (lean > 1) {
            return height(left.left()) >= height(left.right())
                    ? node(left, left.left(), node(node, left.right(), right))
                    : node(
                            left.right(),
                            node(left, left.left(), left.right().left()),
                            node(node, left.right().right(), right));
        }
        if (lean < -1) {
            return height(right.right()) >= height(right.left())
                    ? node(right, node(node, left, right.left()), right.right())
                    : node(
                            right.left(),
                            node(node, left, right.left().left()),
                            node(right, right.left().right(), right.right()));
        }
        return node(node, left, right);
    }

    private static <K, V> Node<K, V> node(Node<K, V> entry, Node<K, V> left, Node<K, V> right) {
        return new Node<>(entry.key(), entry.value(), left, right, 1 + Math.max(height(left), height(right)));
    }

    private static int height(Node<?, ?> node) {
        return node == null ? 0 : node.height();
    }
}
