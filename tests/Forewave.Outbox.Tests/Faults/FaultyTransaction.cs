using System.Data;
using System.Data.Common;

namespace Forewave.Outbox.Tests.Faults;

/// <summary>A transaction of a program that ends by a plan.</summary>
internal sealed class FaultyTransaction(DbTransaction inner, FaultyConnection connection, FaultPlan plan) : DbTransaction
{
    public DbTransaction Inner => inner;

    public override IsolationLevel IsolationLevel => inner.IsolationLevel;

    protected override DbConnection DbConnection => connection;

    public override void Commit() => inner.Commit();

    public override void Rollback() => inner.Rollback();

    public override Task CommitAsync(CancellationToken cancellationToken = default) => plan.RunAsync(async () =>
    {
        await inner.CommitAsync(cancellationToken);
        return 0;
    });

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
