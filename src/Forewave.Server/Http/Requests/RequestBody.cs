using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Forewave.Protocol;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Requests;

/// <summary>
/// The whole body of one request, in one piece. Made by <see cref="ReadAsync"/>, given back once by <see cref="Release"/>; its
/// bytes are valid until then. Where they came in one piece they are not copied.
/// </summary>
internal readonly struct RequestBody
{
    private readonly PipeReader _reader;
    private readonly SequencePosition _end;
    private readonly byte[]? _rented;
    private readonly BodyMemory _memory;
    private readonly long _taken;

    private RequestBody(PipeReader reader, in ReadOnlySequence<byte> bytes, BodyMemory memory, long taken)
    {
        _reader = reader;
        _end = bytes.End;
        _memory = memory;
        _taken = taken;
        if (bytes.IsSingleSegment)
        {
            Bytes = bytes.First;
            return;
        }
        _rented = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
        bytes.CopyTo(_rented);
        Bytes = _rented.AsMemory(0, (int)bytes.Length);
    }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads the body to its end.</summary>
    /// <exception cref="ForewaveException"><c>BodyTooLarge</c>, or <c>TooManyRequests</c> while there is no memory for it.</exception>
    /// <exception cref="BadHttpRequestException">It is broken, or comes too slowly.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, int maxBytes, BodyMemory memory)
    {
        long expected = context.Request.ContentLength ?? 0;
        if (expected > maxBytes)
            throw TooLarge(maxBytes);
        var reader = context.Request.BodyReader;
        long taken = 0;
        try
        {
            taken = Grown(memory, taken, (int)expected);
            while (true)
            {
                var result = await reader.ReadAsync();
                long length = result.Buffer.Length;
                if (result.IsCompleted && length <= maxBytes)
                    return new RequestBody(reader, result.Buffer, memory, taken);
                // Before anything is thrown: the server reads the rest away then, so that the client gets to the answer.
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (length > maxBytes)
                    throw TooLarge(maxBytes);
                taken = Grown(memory, taken, (int)length);
            }
        }
        catch
        {
            memory.Give(taken);
            throw;
        }
    }

    /// <summary>Gives the bytes back.</summary>
    public void Release()
    {
        _reader.AdvanceTo(_end);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        if (_taken > 0)
            _memory.Give(_taken);
    }

    private static long Grown(BodyMemory memory, long taken, int bytes)
    {
        if (bytes <= BodyMemory.FreeBytes || bytes <= taken)
            return taken;
        // Of a body of unknown length twice as much each time.
        long wanted = Math.Max(bytes, 2 * taken);
        memory.Take(wanted - taken);
        return wanted;
    }

    private static ForewaveException TooLarge(int maxBytes) =>
        new(ErrorCode.BodyTooLarge, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The body of this request has more than {maxBytes:N0} bytes."));
}
