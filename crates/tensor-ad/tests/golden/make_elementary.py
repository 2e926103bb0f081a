"""Writes elementary_unary.json into the current folder."""
from mpmath import *
import random, json, struct
mp.dps=60
random.seed(20240)
def r(v):
    f=float(v)
    return f
def ulp_neighbors(x):
    import math
    return [math.nextafter(x,-math.inf),x,math.nextafter(x,math.inf)]
dom={
 'exp':(lambda x: exp(x), [ (-745.2,709.8),(-1,1),(-40,40),(-1e-8,1e-8)], [709.782712893384,709.0,-708.3,-708.4,-740.0,-744.44,-745.13321910194122,0.34657359027997264,-0.34657359027997264,1.0,-1.0,1e-300]),
 'expm1':(lambda x: expm1(x), [(-45,709.8),(-1,1),(-2,2),(-1e-3,1e-3),(-1e-17,1e-17)], [709.782712893384,0.34657359027997264,-0.34657359027997264,0.5,-0.5,5e-324,-5e-324,1e-310,-37.4,36.7,2.2e-308]),
 'ln':(lambda x: log(x), [(0,2),(0.9,1.1),(0,1e5),(0.6,1.5)], ulp_neighbors(1.0)+ulp_neighbors(0.7071067811865476)+ulp_neighbors(1.4142135623730951)+[5e-324,1e-310,2.2250738585072014e-308,1.7976931348623157e308,1e300,1e-300,2.0,0.5,4503599627370496.0]),
 'ln1p':(lambda x: log1p(x), [(-1,1),(-1e-3,1e-3),(-.5,.5),(0,1e3),(-0.9999999,-0.99),(-1e-17,1e-17)], [5e-324,-5e-324,-0.9999999999999999,1.7976931348623157e308,1e300,1.0000000001e300,9e15,4503599627370496.0,1e19,0.41421356237309515,-0.2928932188134524,1e-310]),
 'tanh':(lambda x: tanh(x), [(-1,1),(-5,5),(-25,25),(-1e-3,1e-3),(-1e-17,1e-17)], [5e-324,-1e-310,0.17328679513998632,0.34657359027997264,19.06,18.9,-19.1,0.5493061443340549,1e300]),
 'sigmoid':(lambda x: 1/(1+exp(-x)), [(-1,1),(-40,40),(-745,40),(-1e-6,1e-6)], [-708.0,-709.5,-740.0,-745.1,36.0,37.0,-37.0,1e300,709.0,710.0]),
 'log_sigmoid':(lambda x: -log1p(exp(-x)), [(-1,1),(-40,40),(-1000,700),(-1e-6,1e-6)], [740.0,709.0,745.0,-745.0,-1e300]),
 'softplus':(lambda x: log1p(exp(x)), [(-1,1),(-40,40),(-745,1000),(-1e-6,1e-6)], [-740.0,-709.0,-745.0,745.0,0.8813735870195429,-0.8813735870195429]),
}
cases=[]
for f,(fn,ranges,extra) in dom.items():
    xs=list(extra)
    for a,b in ranges:
        xs+= [random.uniform(a,b) for _ in range(30)]
    if f in('ln',): xs+=[10**random.uniform(-320,308) for _ in range(30)]
    if f in('expm1','ln1p','tanh'): xs+=[random.choice([-1,1])*10**random.uniform(-320,-1) for _ in range(30)]
    for x in xs:
        if f=='ln' and x<=0: continue
        prec=mp.dps
        mp.dps=60+ (400 if f in('sigmoid','softplus','log_sigmoid','expm1','ln1p','tanh') and (abs(x)<1e-20 or abs(x)>100) else 0)
        v=float(fn(mpf(x)))
        mp.dps=prec
        cases.append({'f':f,'x':x,'value': v if abs(v)!=float('inf') else ('inf' if v>0 else '-inf')})
head={'made_with':'mpmath 1.4 at 60 or more digits, rounded once to float64','note':'Elementary functions over their whole range, subnormals and thresholds included. A kernel must be within the number of ulp that it documents.'}
with open('elementary_unary.json','w') as o:
    o.write('{\n')
    for k,v in head.items(): o.write(json.dumps(k)+': '+json.dumps(v)+',\n')
    o.write('"cases": [\n'+',\n'.join(json.dumps(c) for c in cases)+'\n]}\n')
print(len(cases))
