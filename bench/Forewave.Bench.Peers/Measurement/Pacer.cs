using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Forewave.Bench.Peers.Measurement;

/// <summary>Calls a send at a fixed rate, each message due at start + n / rate whatever happened to those before.</summary>
/// <remarks>
/// Runs on a thread of its own that sleeps until the next message is due: a timer of the thread pool is a millisecond wide, and this
/// is there to see tenths of it. While a send has not ended, the messages that become due wait for it and keep their time: they go out
/// together afterwards, and their delay is counted.
/// </remarks>
internal sealed class Pacer
{
    private const int ClockMonotonic = 1;
    private const int AbsoluteTime = 1;
    private const int SetTimerSlack = 29;
    private readonly int _messages;
    private readonly long _ticksBetween;

    /// <param name="messages">How many in all.</param>
    /// <param name="rate">How many per second.</param>
    public Pacer(int messages, MessageRate rate)
    {
        _messages = messages;
        _ticksBetween = Stopwatch.Frequency / rate.PerSecond;
    }

    /// <summary>Ends when the last message was handed to <paramref name="sendAsync"/> and its send has ended.</summary>
    public Task RunAsync(Func<PacedRun, ValueTask> sendAsync, CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => RunOnThread(sendAsync, ended, cancellation)) { Name = "pacer", IsBackground = true };
        thread.Start();
        return ended.Task.Unwrap();
    }

    private void RunOnThread(Func<PacedRun, ValueTask> sendAsync, TaskCompletionSource<Task> ended, CancellationToken cancellation)
    {
        try
        {
            ended.SetResult(Send(sendAsync, cancellation));
        }
        catch (Exception error)
        {
            ended.SetException(error); // Handed to the awaiter: nothing may end the process from here.
        }
    }

    private Task Send(Func<PacedRun, ValueTask> sendAsync, CancellationToken cancellation)
    {
        _ = prctl(SetTimerSlack, 1, 0, 0, 0);
        var sending = Task.CompletedTask;
        var start = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 100;
        for (var next = 0; next < _messages;)
        {
            cancellation.ThrowIfCancellationRequested();
            var now = SleepUntil(Math.Max(start + (next * _ticksBetween), Stopwatch.GetTimestamp() + (sending.IsCompleted ? 0 : _ticksBetween)));
            if (!sending.IsCompleted)
            {
                continue;
            }

            var due = Math.Min(_messages, (int)((now - start) / _ticksBetween) + 1);
            var run = new PacedRun { First = next, Count = due - next, FirstIntendedTicks = start + (next * _ticksBetween), TicksBetween = _ticksBetween };
            sending = sending.IsFaulted ? sending : Start(sendAsync(run));
            next = sending.IsFaulted ? _messages : due;
        }

        return sending;
    }

    private static Task Start(ValueTask send) => send.IsCompletedSuccessfully ? Task.CompletedTask : send.AsTask();

    // On Linux Stopwatch is CLOCK_MONOTONIC in nanoseconds, so a timestamp is a time of that clock.
    private static long SleepUntil(long ticks)
    {
        while (true)
        {
            var now = Stopwatch.GetTimestamp();
            if (now >= ticks)
            {
                return now;
            }

            var until = new ClockTime { Seconds = ticks / 1_000_000_000, Nanoseconds = ticks % 1_000_000_000 };
            _ = clock_nanosleep(ClockMonotonic, AbsoluteTime, ref until, IntPtr.Zero);
        }
    }

    [DllImport("libc", EntryPoint = "clock_nanosleep")]
    private static extern int clock_nanosleep(int clock, int flags, ref ClockTime until, IntPtr remaining);

    [DllImport("libc", EntryPoint = "prctl")]
    private static extern int prctl(int option, ulong slackNanoseconds, ulong unused3, ulong unused4, ulong unused5);

    /// <summary>struct timespec of a 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ClockTime
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
