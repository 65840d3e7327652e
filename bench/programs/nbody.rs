#[derive(Clone, Copy)]
struct Body { x: f64, y: f64, z: f64, vx: f64, vy: f64, vz: f64, m: f64 }

const MASS: f64 = 4.0 * std::f64::consts::PI * std::f64::consts::PI;
const DAYS: f64 = 365.24;

#[allow(clippy::too_many_arguments)]
fn body(x: f64, y: f64, z: f64, vx: f64, vy: f64, vz: f64, m: f64) -> Body {
    Body { x, y, z, vx: vx * DAYS, vy: vy * DAYS, vz: vz * DAYS, m: m * MASS }
}

fn system() -> [Body; 5] {
    [
        body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
        body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
        body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618, 0.0023784717395948095, -0.0000296589568540237556, 0.0000436624404335156298),
        body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322, 0.00162824170038242295, -0.000095159225451971587, 0.0000515138902046611451),
    ]
}

fn energy(bodies: &[Body]) -> f64 {
    let mut e = 0.0;
    for (i, a) in bodies.iter().enumerate() {
        e += 0.5 * a.m * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
        for b in &bodies[i + 1..] {
            let (dx, dy, dz) = (a.x - b.x, a.y - b.y, a.z - b.z);
            e -= a.m * b.m / (dx * dx + dy * dy + dz * dz).sqrt();
        }
    }
    e
}

fn advance(bodies: &mut [Body; 5], dt: f64) {
    for i in 0..5 {
        for j in i + 1..5 {
            let (a, b) = (bodies[i], bodies[j]);
            let (dx, dy, dz) = (a.x - b.x, a.y - b.y, a.z - b.z);
            let d2 = dx * dx + dy * dy + dz * dz;
            let mag = dt / (d2 * d2.sqrt());
            let (ma, mb) = (a.m * mag, b.m * mag);
            bodies[i].vx -= dx * mb;
            bodies[i].vy -= dy * mb;
            bodies[i].vz -= dz * mb;
            bodies[j].vx += dx * ma;
            bodies[j].vy += dy * ma;
            bodies[j].vz += dz * ma;
        }
    }
    for b in bodies {
        b.x += dt * b.vx;
        b.y += dt * b.vy;
        b.z += dt * b.vz;
    }
}

fn main() {
    bench(|| {
        let mut bodies = system();
        let sum = |f: fn(&Body) -> f64| bodies.iter().map(|b| f(b) * b.m).sum::<f64>();
        let (px, py, pz) = (sum(|b| b.vx), sum(|b| b.vy), sum(|b| b.vz));
        (bodies[0].vx, bodies[0].vy, bodies[0].vz) = (-px / MASS, -py / MASS, -pz / MASS);
        for _ in 0..5_000_000 {
            advance(&mut bodies, 0.01);
        }
        (energy(&bodies) * 1.0e8).floor() as i64
    });
}
