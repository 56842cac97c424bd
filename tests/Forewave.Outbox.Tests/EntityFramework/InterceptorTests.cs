using Forewave.Client;
using Forewave.Outbox.EntityFrameworkCore;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Forewave.Outbox.Tests.EntityFramework;

[Trait("Suite", "outbox")]
public sealed class InterceptorTests(PostgreSql server) : IClassFixture<PostgreSql>
{
    private static readonly QueueName Queue = new("orders");
    private static readonly Message Some = new("order"u8.ToArray());

    [Fact]
    public async Task Messages_are_saved_with_the_changes_in_one_transaction()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = new(place);
        shop.Orders.Add(new Order { Id = 1, Amount = 2 });
        shop.AddMessage(Queue, Some);

        await shop.SaveChangesAsync();
        await shop.SaveChangesAsync();

        Assert.Equal((1, 1), (await place.NumberAsync("SELECT COUNT(*) FROM orders"), await place.CountAsync(0)));
    }

    [Fact]
    public async Task Messages_are_not_there_when_saving_fails_and_are_when_it_is_tried_again()
    {
        Place place = await Place.NewAsync(server);
        await place.RunAsync("INSERT INTO orders (id, amount) VALUES (1, 1)");
        await using Shop shop = new(place);
        Order order = new() { Id = 1, Amount = 2 };
        shop.Orders.Add(order);
        shop.AddMessage(Queue, Some);

        await Assert.ThrowsAsync<DbUpdateException>(() => shop.SaveChangesAsync());
        long afterFailure = await place.CountAsync(0);
        await place.RunAsync("DELETE FROM orders");
        await shop.SaveChangesAsync();

        Assert.Equal((0, 1), (afterFailure, await place.CountAsync(0)));
    }

    [Fact]
    public async Task Messages_belong_to_the_transaction_that_the_program_has()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = new(place);
        await using (IDbContextTransaction rolledBack = await shop.Database.BeginTransactionAsync())
        {
            shop.AddMessage(Queue, Some);
            await shop.SaveChangesAsync();
        }

        long afterRollback = await place.CountAsync(0);
        await using (IDbContextTransaction committed = await shop.Database.BeginTransactionAsync())
        {
            shop.AddMessage(Queue, Some);
            await shop.SaveChangesAsync();
            await committed.CommitAsync();
        }

        Assert.Equal((0, 1), (afterRollback, await place.CountAsync(0)));
    }

    [Fact]
    public async Task Saving_that_fails_in_a_transaction_of_the_program_and_is_tried_again_there_writes_messages_once()
    {
        Place place = await Place.NewAsync(server);
        await place.RunAsync("INSERT INTO orders (id, amount) VALUES (1, 1)");
        await using Shop shop = new(place);
        await using IDbContextTransaction around = await shop.Database.BeginTransactionAsync();
        Order order = new() { Id = 1, Amount = 2 };
        shop.Orders.Add(order);
        shop.AddMessage(Queue, Some);

        await Assert.ThrowsAsync<DbUpdateException>(() => shop.SaveChangesAsync());
        shop.Entry(order).State = EntityState.Detached;
        shop.Orders.Add(new Order { Id = 2, Amount = 2 });
        await shop.SaveChangesAsync();
        await around.CommitAsync();

        Assert.Equal((2, 1), (await place.NumberAsync("SELECT COUNT(*) FROM orders"), await place.CountAsync(0)));
    }

    [Fact]
    public async Task Saving_that_would_block_is_refused_where_there_are_messages()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = new(place);
        shop.AddMessage(Queue, Some);

        Assert.Throws<InvalidOperationException>(() => shop.SaveChanges());
    }

    private sealed class Order
    {
        public int Id { get; set; }

        public int Amount { get; set; }
    }

    private sealed class Shop(Place place) : DbContext
    {
        public DbSet<Order> Orders => Set<Order>();

        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
            optionsBuilder.UseNpgsql(place.Connection).AddInterceptors(new OutboxInterceptor(place.Writer));

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("orders");
            order.Property(one => one.Id).HasColumnName("id").ValueGeneratedNever();
            order.Property(one => one.Amount).HasColumnName("amount");
        });
    }
}
