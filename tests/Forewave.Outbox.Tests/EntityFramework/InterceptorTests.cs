using System.Data.Common;
using Forewave.Client;
using Forewave.Outbox.EntityFrameworkCore;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
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
        await using Shop shop = Shop.Of(place);
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
        await using Shop shop = Shop.Of(place);
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
        await using Shop shop = Shop.Of(place);
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
        await using Shop shop = Shop.Of(place);
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
        await using Shop shop = Shop.Of(place);
        shop.AddMessage(Queue, Some);

        Assert.Throws<InvalidOperationException>(() => shop.SaveChanges());
    }

    [Fact]
    public async Task Changes_and_messages_are_saved_again_where_a_transaction_of_the_program_did_not_commit()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = Shop.Of(place, new FailingCommits(1));
        shop.Orders.Add(new Order { Id = 1, Amount = 2 });
        shop.AddMessage(Queue, Some);

        // As DbContext's documentation has it for an execution strategy that tries again.
        await Assert.ThrowsAsync<CommitFailure>(() => SaveInTransactionAsync(shop));
        long afterFailure = await place.CountAsync(0);
        await SaveInTransactionAsync(shop);
        shop.ChangeTracker.AcceptAllChanges();
        await SaveInTransactionAsync(shop);

        Assert.Equal((0, 1, 1), (afterFailure, await place.NumberAsync("SELECT COUNT(*) FROM orders"), await place.CountAsync(0)));
    }

    [Fact]
    public async Task Changes_and_messages_both_stay_where_saving_could_not_commit()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = Shop.Of(place, new FailingCommits(1));
        shop.Orders.Add(new Order { Id = 1, Amount = 2 });
        shop.AddMessage(Queue, Some);

        await Assert.ThrowsAsync<CommitFailure>(() => shop.SaveChangesAsync());
        (long, long) afterFailure = (await place.NumberAsync("SELECT COUNT(*) FROM orders"), await place.CountAsync(0));
        await shop.SaveChangesAsync();

        Assert.Equal((0, 0), afterFailure);
        Assert.Equal((1, 1), (await place.NumberAsync("SELECT COUNT(*) FROM orders"), await place.CountAsync(0)));
        Assert.Equal(AutoTransactionBehavior.WhenNeeded, shop.Database.AutoTransactionBehavior);
    }

    [Fact]
    public async Task Message_without_changes_is_saved_when_it_is_tried_again_after_a_commit_that_failed()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = Shop.Of(place, new FailingCommits(2));
        shop.AddMessage(Queue, Some);

        await Assert.ThrowsAsync<CommitFailure>(() => shop.SaveChangesAsync());
        await Assert.ThrowsAsync<CommitFailure>(() => SaveInTransactionAsync(shop));
        await SaveInTransactionAsync(shop);

        Assert.Equal(1, await place.CountAsync(0));
    }

    [Fact]
    public async Task Message_of_changes_that_were_rolled_back_does_not_go_with_later_ones()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = Shop.Of(place);
        await using (IDbContextTransaction around = await shop.Database.BeginTransactionAsync())
        {
            shop.Orders.Add(new Order { Id = 1, Amount = 2 });
            shop.AddMessage(Queue, Some);
            await shop.SaveChangesAsync();
            await around.RollbackAsync();
        }

        shop.Orders.Add(new Order { Id = 2, Amount = 2 });
        await shop.SaveChangesAsync();

        Assert.Equal((1, 0), (await place.NumberAsync("SELECT COUNT(*) FROM orders"), await place.CountAsync(0)));
    }

    [Fact]
    public async Task Messages_that_were_not_saved_do_not_go_with_those_of_whom_a_pool_lends_the_context_next()
    {
        Place place = await Place.NewAsync(server);
        PooledDbContextFactory<Shop> pool = new(Shop.Options(place), poolSize: 1);
        DbContext former;
        await using (Shop shop = await pool.CreateDbContextAsync())
        {
            former = shop;
            shop.AddMessage(Queue, Some);
        }

        await using Shop next = await pool.CreateDbContextAsync();
        next.Orders.Add(new Order { Id = 1, Amount = 2 });
        await next.SaveChangesAsync();

        Assert.Same(former, next);
        Assert.Equal((1, 0), (await place.NumberAsync("SELECT COUNT(*) FROM orders"), await place.CountAsync(0)));
    }

    [Fact]
    public async Task Messages_that_are_cleared_are_not_saved()
    {
        Place place = await Place.NewAsync(server);
        await using Shop shop = Shop.Of(place);
        shop.AddMessage(Queue, Some);

        shop.ClearMessages();
        await shop.SaveChangesAsync();

        Assert.Equal(0, await place.CountAsync(0));
    }

    private static async Task SaveInTransactionAsync(Shop shop)
    {
        await using IDbContextTransaction around = await shop.Database.BeginTransactionAsync();
        await shop.SaveChangesAsync(acceptAllChangesOnSuccess: false);
        await around.CommitAsync();
    }

    private sealed class CommitFailure() : Exception("the commit fails");

    private sealed class FailingCommits(int count) : DbTransactionInterceptor
    {
        private int _left = count;

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            _left-- > 0 ? throw new CommitFailure() : ValueTask.FromResult(result);
    }

    private sealed class Order
    {
        public int Id { get; set; }

        public int Amount { get; set; }
    }

    private sealed class Shop(DbContextOptions options) : DbContext(options)
    {
        public DbSet<Order> Orders => Set<Order>();

        public static Shop Of(Place place, params IInterceptor[] before) => new(Options(place, before));

        public static DbContextOptions<Shop> Options(Place place, params IInterceptor[] before) =>
            new DbContextOptionsBuilder<Shop>().UseNpgsql(place.Connection).AddInterceptors([.. before, new OutboxInterceptor(place.Writer)]).Options;

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("orders");
            order.Property(one => one.Id).HasColumnName("id").ValueGeneratedNever();
            order.Property(one => one.Amount).HasColumnName("amount");
        });
    }
}
