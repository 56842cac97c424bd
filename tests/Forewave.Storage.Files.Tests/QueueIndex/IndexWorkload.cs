using Forewave.Protocol;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.Tests.QueueIndex;

/// <summary>
/// Random work on an index next to its model, with checkpoints and power losses. After a power loss both go back to the
/// last durable checkpoint, as the engine does before it replays the log.
/// </summary>
internal sealed class IndexWorkload : IDisposable
{
    private const int QueueCount = 3;
    private static readonly DiskPath _folder = new("index");

    private readonly Random _random;
    private PowerLossDisk _disk;
    private QueueIndexes _index;
    private IndexModel _model = new();
    private IndexModel _durable = new();
    private DiskPath? _checkpoint;
    private int _checkpoints;
    private long _clock = 1_000_000;
    private ulong _location = 1;

    public IndexWorkload(int seed)
    {
        _random = new Random(seed);
        _disk = new PowerLossDisk(seed);
        _index = Opened();
    }

    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            uint queue = (uint)_random.Next(1, QueueCount + 1);
            switch (_random.Next(100))
            {
                case < 80:
                    Append(queue, _random.Next(1, 200));
                    break;
                case < 86:
                    Relocate(queue);
                    break;
                case < 92:
                    Expire(queue);
                    break;
                case < 97:
                    TakeCheckpoint();
                    break;
                default:
                    LosePower();
                    break;
            }
        }

        Check();
    }

    public void Check()
    {
        foreach (uint queue in _model.Queues)
        {
            QueueExtent extent = _index.Extent(queue);
            Assert.Equal(_model.End(queue), extent.End.Value);
            Assert.Equal(_model.FirstRetained(queue), extent.FirstRetained.Value);
            for (int i = 0; i < 50; i++)
            {
                Offset offset = new(_random.NextInt64(0, _model.End(queue) + 2));
                Assert.Equal(_model.Find(queue, offset.Value), _index.Find(queue, offset));
                if (_index.TryFind(queue, offset, out IndexEntry found))
                {
                    Assert.Equal(_model.Find(queue, offset.Value), found);
                }
            }

            Timestamp time = new(_random.NextInt64(1_000_000, _clock + 10));
            Assert.Equal(_model.FindByTime(queue, time), _index.FindByTime(queue, time));
        }
    }

    public void Dispose() => _index.Dispose();

    private void Append(uint queue, int runs)
    {
        for (int i = 0; i < runs; i++)
        {
            // Now and then a pause of 60 days: the block's 32 bits of milliseconds do not reach that far.
            _clock += _random.Next(200) == 0 ? 60L * 86_400_000 : _random.Next(3);
            IndexEntry run = new(
                new Offset(_model.End(queue)), _random.Next(1, 5), new RecordLocation(_location++), new Timestamp(_clock));
            _model.Append(queue, run);
            _index.Append(queue, run, payloadBytes: 100);
        }
    }

    private void Relocate(uint queue)
    {
        if (!_model.Queues.Contains(queue))
        {
            return;
        }

        Relocation[] moves =
        [
            .. _model.Runs(queue)
                .Where(run => run.First.Value >= _model.FirstRetained(queue) && _random.Next(40) == 0)
                .Select(run => new Relocation(run.First, new RecordLocation(_location++))),
        ];
        Array.ForEach(moves, move => _model.Relocate(queue, move));
        _index.Relocate(queue, moves);
    }

    private void Expire(uint queue)
    {
        long first = _random.NextInt64(_model.FirstRetained(queue), _model.End(queue) + 1);
        if (_model.Queues.Contains(queue))
        {
            _model.Expire(queue, first);
            _index.Expire(queue, new Offset(first));
        }
    }

    private void TakeCheckpoint()
    {
        DiskPath path = new($"{++_checkpoints:D4}.checkpoint");
        using (CheckpointWriter writer = new(_disk, path))
        {
            _index.WriteTo(writer);
            writer.Finish();
        }

        _disk.SyncFolder(DiskPath.Root);
        _checkpoint = path;
        _durable = _model.Copy();
        _index.CheckpointIsDurable();
    }

    private void LosePower()
    {
        _index.Dispose();
        _disk = _disk.PowerLoss();
        _model = _durable.Copy();
        _index = Opened();
        Check();
    }

    private QueueIndexes Opened()
    {
        QueueIndexes index = new(_disk, _folder, cachedBlocks: 4);
        if (_checkpoint is { } path)
        {
            CheckpointReader.Read(_disk, path, (in StatePart part, ReadOnlySpan<byte> state) => index.Load(part.Id, state));
        }

        index.Open();
        return index;
    }
}
