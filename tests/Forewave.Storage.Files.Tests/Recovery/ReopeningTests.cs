using System.Text;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

public sealed class ReopeningTests
{
    [Fact]
    public void Store_gives_all_records_back_when_it_is_opened_again()
    {
        MemoryDisk disk = new();
        List<LogPosition> positions = [];
        using (OpenStore open = OpenStore.Open(disk))
        {
            for (int i = 0; i < 2_000; i++)
            {
                positions.Add(open.Commit(Drafts.Published(1, $"a{i}", $"b{i}")));
            }
        }

        using OpenStore again = OpenStore.Open(disk);

        List<AppliedRecord> published = again.Fold.Applied.FindAll(applied => applied.Record.Header.Type == RecordType.Published);
        Assert.Equal(positions, published.Select(applied => applied.Record.Header.Position));
        Assert.Equal(Drafts.Run("a1999", "b1999"), published[^1].Payload);
        Assert.Equal(new Epoch(2), again.Store.Epoch);
        Assert.Empty(again.Fold.Lost);
    }

    [Fact]
    public void Store_reads_old_and_new_runs_when_it_was_opened_again()
    {
        MemoryDisk disk = new();
        using (OpenStore open = OpenStore.Open(disk))
        {
            for (int i = 0; i < 2_000; i++)
            {
                open.Commit(Drafts.Published(1, $"a{i}", $"b{i}"));
            }
        }

        using OpenStore again = OpenStore.Open(disk);
        again.Commit(Drafts.Published(1, "new"));

        List<string> bodies = [];
        Offset next = Offset.First;
        while (next < again.Store.Extent(1).End)
        {
            using StoredRuns runs = again.Wait(() => again.Store.ReadAsync(1, next, 10_000, CancellationToken.None));
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.Equal(next, runs[i].First);
                bodies.AddRange(BodiesOf(runs[i].Messages.Span));
                next = next.Plus(runs[i].Count);
            }
        }

        Assert.Equal(Enumerable.Range(0, 2_000).SelectMany(i => new[] { $"a{i}", $"b{i}" }).Append("new"), bodies);
        Assert.True(again.Store.TryReadRecent(1, new Offset(4_001), out StoredRun run));
        Assert.Equal(Drafts.Run("new"), run.Messages.ToArray());
        run.Release();
    }

    private static List<string> BodiesOf(ReadOnlySpan<byte> run)
    {
        List<string> bodies = [];
        while (!run.IsEmpty)
        {
            int length = run[1];
            bodies.Add(Encoding.UTF8.GetString(run.Slice(2, length)));
            run = run[(2 + length)..];
        }

        return bodies;
    }
}
