using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Forewave.Outbox.Tests.Faults;

/// <summary>A connection of a program that ends by a plan.</summary>
internal sealed class FaultyConnection(DbConnection inner, FaultPlan plan) : DbConnection
{
    public DbConnection Inner => inner;

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => inner.ConnectionString = value;
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    /// <summary>What it tells of its server in place of the truth; null: the truth.</summary>
    public string? Version { get; init; }

    public override string ServerVersion => Version ?? inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Close() => inner.Close();

    public override void Open() => inner.Open();

    public override Task OpenAsync(CancellationToken cancellationToken) => plan.RunAsync(async () =>
    {
        await inner.OpenAsync(cancellationToken);
        return 0;
    });

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new FaultyTransaction(inner.BeginTransaction(isolationLevel), this, plan);

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await plan.RunAsync<DbTransaction>(async () => new FaultyTransaction(await inner.BeginTransactionAsync(isolationLevel, cancellationToken), this, plan));

    protected override DbCommand CreateDbCommand() => new FaultyCommand(inner.CreateCommand(), this, plan);

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
