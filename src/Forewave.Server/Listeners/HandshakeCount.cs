using Forewave.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Forewave.Server.Listeners;

/// <summary>
/// TLS on a port, with a bound on the handshakes that are under way: who has not finished one takes more memory than any other stranger,
/// and nobody counts him yet. What comes beyond is closed. Thread-safe.
/// </summary>
internal sealed class HandshakeCount
{
    private int _running;

    /// <summary>Handshakes under way, over both ports.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Puts TLS on a port.</summary>
    public void Encrypt(ListenOptions options, TlsCertificate certificate)
    {
        options.Use(next => async connection =>
        {
            Handshake handshake = new(this);
            connection.Items[typeof(Handshake)] = handshake;
            try
            {
                if (Running <= Limits.Handshakes)
                    await next(connection);
                else
                    connection.Abort();
            }
            finally
            {
                handshake.End();
            }
        });
        options.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TlsCertificate.HandshakeTime,
            OnConnection = _ => ValueTask.FromResult(certificate.Options),
        });
        options.Use(next => connection =>
        {
            ((Handshake)connection.Items[typeof(Handshake)]!).End();
            return next(connection);
        });
    }

    private sealed class Handshake
    {
        private readonly HandshakeCount _count;
        private int _hasEnded;

        public Handshake(HandshakeCount count)
        {
            _count = count;
            Interlocked.Increment(ref count._running);
        }

        public void End()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
                Interlocked.Decrement(ref _count._running);
        }
    }
}
