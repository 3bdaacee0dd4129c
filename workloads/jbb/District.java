import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** A part of a warehouse with its customers and orders. */
final class District {
    static final int CUSTOMERS = 30;
    /** Orders that are kept when they are delivered, and orders that may wait for delivery. */
    static final int KEPT = 100, WAITING = 10;

    final BigDecimal tax;
    final Customer[] customers = new Customer[CUSTOMERS];
    final TreeMap<String, List<Customer>> byName = new TreeMap<>();
    final TreeMap<Integer, Order> orders = new TreeMap<>(), waiting = new TreeMap<>();
    BigDecimal paid = Money.ZERO, orderedTotal = Money.ZERO;
    int created, pruned, delivered;

    District(Random random) {
        tax = BigDecimal.valueOf(random.nextInt(2001), 4);
        for (int i = 0; i < CUSTOMERS; i++) {
            customers[i] = new Customer(i, Text.lastName(random.nextInt(100)), random);
            byName.computeIfAbsent(customers[i].name, k -> new ArrayList<>()).add(customers[i]);
        }
    }

    void add(Order o) {
        orders.put(o.number, o);
        waiting.put(o.number, o);
        created++;
        orderedTotal = orderedTotal.add(o.total);
        o.customer.remember(o);
    }

    /** The oldest order that waits; null if none does. Of the delivered ones the oldest go. */
    Order deliver(int carrier) {
        var first = waiting.pollFirstEntry();
        if (first == null)
            return null;
        Order o = first.getValue();
        o.carrier = carrier;
        o.customer.charge(o.total);
        delivered++;
        while (orders.size() > KEPT && orders.firstEntry().getValue().carrier != 0) {
            orders.pollFirstEntry();
            pruned++;
        }
        return o;
    }

    String check() {
        BigDecimal charged = Money.ZERO, pending = Money.ZERO, customersPaid = Money.ZERO;
        int open = 0;
        for (Customer c : customers) {
            if (c.balance.compareTo(c.charged.subtract(c.paid)) != 0)
                return "customer " + c.name + " has a balance of " + c.balance + ", was charged "
                    + c.charged + " and paid " + c.paid;
            charged = charged.add(c.charged);
            customersPaid = customersPaid.add(c.paid);
        }
        for (Order o : orders.values())
            open += o.carrier == 0 ? 1 : 0;
        for (Order o : waiting.values())
            pending = pending.add(o.total);
        if (created != orders.size() + pruned)
            return created + " orders were made, " + orders.size() + " are there and " + pruned
                + " gone";
        if (open != waiting.size() || created != delivered + open)
            return created + " orders were made, " + delivered + " delivered, " + open
                + " have no carrier and " + waiting.size() + " wait";
        if (orderedTotal.compareTo(charged.add(pending)) != 0)
            return "orders of " + orderedTotal + " were made, " + charged + " was charged and "
                + pending + " waits";
        if (paid.compareTo(customersPaid) != 0)
            return "it was paid " + paid + ", its customers paid " + customersPaid;
        return null;
    }

    static final class Line {
        final int item, quantity;
        final BigDecimal amount;

        Line(int item, int quantity, BigDecimal amount) {
            this.item = item;
            this.quantity = quantity;
            this.amount = amount;
        }
    }

    static final class Order {
        final int number;
        final Customer customer;
        final Line[] lines;
        final BigDecimal total;
        int carrier; // 0: it waits for delivery

        Order(int number, Customer customer, Line[] lines, BigDecimal total) {
            this.number = number;
            this.customer = customer;
            this.lines = lines;
            this.total = total;
        }
    }

    static final class Customer {
        static final int REMEMBERED = 10;

        final int number;
        final String name, data;
        final BigDecimal discount;
        final Deque<Order> orders = new ArrayDeque<>();
        final Deque<BigDecimal> payments = new ArrayDeque<>();
        BigDecimal balance = Money.ZERO, charged = Money.ZERO, paid = Money.ZERO;

        Customer(int number, String name, Random random) {
            this.number = number;
            this.name = name;
            data = Text.name(random, 200);
            discount = BigDecimal.valueOf(random.nextInt(5001), 4);
        }

        void remember(Order o) {
            orders.addLast(o);
            if (orders.size() > REMEMBERED)
                orders.removeFirst();
        }

        void charge(BigDecimal amount) {
            balance = balance.add(amount);
            charged = charged.add(amount);
        }

        void pay(BigDecimal amount) {
            balance = balance.subtract(amount);
            paid = paid.add(amount);
            payments.addLast(amount);
            if (payments.size() > REMEMBERED)
                payments.removeFirst();
        }
    }
}
