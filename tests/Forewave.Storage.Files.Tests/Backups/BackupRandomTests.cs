using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;
using Xunit.Abstractions;

namespace Forewave.Storage.Files.Tests.Backups;

/// <summary>
/// Publishes, expiry, checkpoints, carrying over, recycling and openings in any order around backups, slow ones and whole ones: each
/// backup, and each point that is reached, has the messages up to there and no other.
/// </summary>
public sealed class BackupRandomTests(ITestOutputHelper output)
{
    private const int Seeds = 25;
    private const int Steps = 80;

    [Fact]
    public void Backups_and_points_have_what_was_committed_up_to_them()
    {
        int seed = Random.Shared.Next(1, 1_000_000);
        output.WriteLine($"seeds {seed} to {seed + Seeds - 1}");
        Totals totals = new();
        for (int i = seed; i < seed + Seeds; i++)
        {
            Run run = new(i);
            run.Go();
            run.CheckBackups(totals);
            run.CheckPoints(totals);
        }

        output.WriteLine($"{totals.Backups} backups, {totals.Points} points, {totals.Unreached} points were not reached, {totals.Recycled} segments recycled");
        Assert.True(totals is { Backups: > Seeds, Points: > 0, Recycled: > Seeds });
    }

    private sealed class Totals
    {
        public int Backups { get; set; }

        public int Points { get; set; }

        public int Unreached { get; set; }

        public long Recycled { get; set; }
    }

    private sealed class Run(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly BackupPlace _place = new();
        private readonly List<(LogPosition Position, int Count)> _history = [];
        private readonly Dictionary<uint, int> _atBegin = [];
        private int _filler;
        private long _recycled;

        private int Count => _history.Count > 0 ? _history[^1].Count : 0;

        public void Go()
        {
            OpenStore open = _place.Open();
            for (int i = 0; i < Steps; i++)
            {
                open = Step(open);
            }

            _recycled += open.Store.Usage.RecycledSegments;
            open.Dispose();
        }

        public void CheckBackups(Totals totals)
        {
            totals.Recycled += _recycled;
            Assert.Empty(_place.Backups.Verify(null, CancellationToken.None));
            foreach (BackupDescription backup in _place.Backups.List())
            {
                int expected = CountAt(backup.End);
                Assert.True(expected >= _atBegin[backup.Number], $"seed {seed}: backup {backup.Number} has {expected} messages, {_atBegin[backup.Number]} were there when it began");
                CheckRestored(new RestorePoint { Backup = backup.Number }, expected);
                totals.Backups++;
            }
        }

        public void CheckPoints(Totals totals)
        {
            for (int i = 0; i < 4 && _history.Count > 0; i++)
            {
                (LogPosition position, int count) = _history[_random.Next(_history.Count)];
                try
                {
                    CheckRestored(new RestorePoint { Position = position }, count);
                    totals.Points++;
                }
                catch (StoreException refused) when (refused.Error is ErrorCode.RestorePointInvalid or ErrorCode.BackupNotFound)
                {
                    totals.Unreached++;
                }
            }
        }

        private OpenStore Step(OpenStore open)
        {
            switch (_random.Next(12))
            {
                case < 3:
                    Publish(open, _random.Next(1, 15));
                    break;
                case < 6:
                    int filler = _random.Next(20, 80);
                    _place.Publish(open, 2, _filler + 1, filler);
                    _filler += filler;
                    break;
                case 6:
                    open.Store.Expire(2, open.Store.Extent(2).End);
                    break;
                case 7:
                    BackupPlace.Checkpoint(open);
                    break;
                case 8:
                    BackupPlace.Checkpoint(open);
                    BackupPlace.Reclaim(open);
                    break;
                case 9:
                    Begin(open, 64 * 1024);
                    break;
                case 10:
                    Begin(open, long.MaxValue);
                    break;
                default:
                    return _random.Next(3) == 0 ? Reopen(open) : open;
            }

            _place.Time.Move(TimeSpan.FromSeconds(_random.Next(4)));
            open.Pumps.RunUntilIdle();
            return open;
        }

        private void Publish(OpenStore open, int count)
        {
            for (int i = 0; i < count; i++)
            {
                _place.Publish(open, 1, Count + 1, 1);
                _history.Add((open.Store.Committed, Count + 1));
            }
        }

        private void Begin(OpenStore open, long bytesPerSecond)
        {
            if (Count == 0 || open.Store.Backups!.Current.State == BackupState.Running)
            {
                return;
            }

            int count = Count;
            open.Store.Backups.Begin(bytesPerSecond);
            open.Pumps.RunUntilIdle();
            _atBegin[open.Store.Backups.Current.Number] = count;
        }

        private OpenStore Reopen(OpenStore open)
        {
            _recycled += open.Store.Usage.RecycledSegments;
            open.Dispose();
            return _place.Open();
        }

        private int CountAt(LogPosition position) => _history.LastOrDefault(point => point.Position <= position).Count;

        private void CheckRestored(RestorePoint point, int expected)
        {
            MemoryDisk restored = _place.Restore(point);
            try
            {
                using OpenStore open = _place.Open(restored);
                BackupPlace.Check(open, 1, 1, expected);
            }
            catch (Exception wrong)
            {
                throw new InvalidOperationException($"seed {seed}, {point}: {wrong.Message}", wrong);
            }
        }
    }
}
