using System.Diagnostics.CodeAnalysis;
using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Users;

/// <summary>
/// Checks passwords, which is dear by design, with a bounded part of the processor: half of the cores at a time, so many in line, a few
/// for each user at a host and for each host; the same name and password at the same moment is checked once. Thread-safe.
/// </summary>
/// <param name="failed">Told of each check that found a secret wrong, before its answer, whether anybody waits for that or not. Must not throw.</param>
internal sealed class PasswordChecks(Action<LogInPlace> failed) : IDisposable
{
    // As many guesses as are free may be under way at once for a user at a host: none escapes being counted.
    private const int PerPlace = Limits.FreeLogInFailures;
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lock _lock = new();
    // By the hash too, which is compared by identity: what is right by a password that was changed meanwhile says nothing of the new one.
    private readonly Dictionary<(string Mark, PasswordHash Hash), (LogInPlace Place, Task<bool> Check)> _running = [];

    /// <summary>Begins to look whether a secret is a password; false: too many are being looked at.</summary>
    /// <param name="mark">What stands for name and secret.</param>
    /// <param name="place">Who asks.</param>
    /// <param name="hash">What to check by.</param>
    /// <param name="secret">Copied.</param>
    /// <param name="check">Completes with whether it is.</param>
    public bool TryCheck(string mark, LogInPlace place, PasswordHash hash, ReadOnlySpan<byte> secret, [NotNullWhen(true)] out Task<bool>? check)
    {
        check = null;
        lock (_lock)
        {
            if (_running.TryGetValue((mark, hash), out var same))
            {
                check = same.Check;
                return true;
            }
            if (_running.Count >= Limits.WaitingLogIns || _running.Values.Count(one => one.Place == place) >= PerPlace
                || _running.Values.Count(one => one.Place.Host == place.Host) >= Limits.HostLogIns)
            {
                return false;
            }
            byte[] copy = secret.ToArray();
            TaskCompletionSource<bool> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _running.Add((mark, hash), (place, answer.Task));
            _ = RunAsync(mark, place, hash, copy, answer);
            check = answer.Task;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private async Task RunAsync(string mark, LogInPlace place, PasswordHash hash, byte[] secret, TaskCompletionSource<bool> answer)
    {
        bool isRight = false;
        try
        {
            isRight = await InTurnAsync(hash, secret);
            // Before its place in the line is free: nobody gets one who should wait for it.
            if (!isRight)
                failed(place);
        }
        catch (ObjectDisposedException)
        {
            // The broker has stopped: nobody is let in.
        }
        finally
        {
            Array.Clear(secret);
            lock (_lock)
                _running.Remove((mark, hash));
            answer.SetResult(isRight);
        }
    }

    private async Task<bool> InTurnAsync(PasswordHash hash, byte[] secret)
    {
        await _turns.WaitAsync();
        try
        {
            return await Task.Run(() => hash.IsOf(secret));
        }
        finally
        {
            _turns.Release();
        }
    }
}
